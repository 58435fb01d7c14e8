import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type GitServerOptions, startGitServer } from "../../../../src/demo/git-server.ts";

/** A real git server over a folder, for one test. */
export async function serveGit(projectRoot: string, options?: GitServerOptions): Promise<string> {
  const server = await startGitServer(projectRoot, options);
  onTestFinished(() => server.close());
  return server.url;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server that does what the test says, for one test. */
export async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Relay {
  readonly url: string;
  readonly seen: Seen[];
  /** Changes the bytes of the answers that hold a pack. */
  tamper: (answer: Buffer) => Buffer;
  tamperListing: (answer: Buffer) => Buffer;
  /** How an answer with a pack ends: as it should, with a broken connection, or never. */
  ending: "end" | "hang up" | "silence";
  /** Whether the client is let choose its protocol; servers before 2018 know only the first. */
  isOld: boolean;
}

/** Stands before a git server, remembers what was asked, and may change what is answered. */
export async function serveThrough(target: string): Promise<Relay> {
  const relay: { -readonly [Key in keyof Relay]: Relay[Key] } = {
    url: "",
    seen: [],
    tamper: (answer) => answer,
    tamperListing: (answer) => answer,
    ending: "end",
    isOld: false,
  };
  relay.url = await serve(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const { method = "GET", url = "/", headers } = request;
    relay.seen.push({ method, path: url, headers, body });
    const answer = await fetch(`${target}${url}`, {
      method,
      headers: forwarded(headers, relay.isOld),
      ...(body.length === 0 ? {} : { body }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isPack = body.includes("want ");
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
    response.write(isPack ? relay.tamper(bytes) : relay.tamperListing(bytes));
    if (!isPack || relay.ending === "end") response.end();
    else if (relay.ending === "hang up") setImmediate(() => response.destroy());
  });
  return relay;
}

function forwarded(headers: IncomingHttpHeaders, isOld: boolean): Record<string, string> {
  const names = ["authorization", "content-type", "accept", ...(isOld ? [] : ["git-protocol"])];
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}
