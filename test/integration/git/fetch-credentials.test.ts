import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fetchSnapshot, type HttpLogin } from "../../../src/git/index.ts";
import { commitLine, makeBareRepository, makeFolder } from "./support/git.ts";
import { serve, serveGit, serveThrough } from "./support/servers.ts";

const CANARY = "canary-4f1d";
const ALICE = { username: "alice", password: CANARY };
const DISCOVERY = "/info/refs?service=git-upload-pack";

async function attempt(url: string, login?: HttpLogin): Promise<string> {
  const request = {
    url,
    ref: { branch: "main" },
    stateDir: makeFolder(),
    ...(login === undefined ? {} : { auth: { login } }),
  };
  try {
    const judged = await fetchSnapshot(request);
    return judged.ok ? judged.value.head : judged.refusals[0].code;
  } catch (error) {
    expect(deepText(error)).not.toContain(CANARY);
    return (error as { code: string }).code;
  }
}

/** All that a log could print of an error and its causes. */
function deepText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack} ${JSON.stringify(error)} ${deepText(error.cause ?? "")}`;
}

async function serveRepository(options?: {
  basicAuth: typeof ALICE;
}): Promise<{ url: string; head: string }> {
  const root = makeFolder();
  const head = commitLine(makeBareRepository(root), 1).at(-1) ?? "";
  return { url: `${await serveGit(root, options)}/config.git`, head };
}

describe("credentials", () => {
  it("open a repository that is closed without them, and with others", async () => {
    const { url, head } = await serveRepository({ basicAuth: ALICE });
    expect(await attempt(url, ALICE)).toBe(head);
    expect(await attempt(url)).toBe("AUTHENTICATION");
    expect(await attempt(url, { ...ALICE, password: `${CANARY}x` })).toBe("AUTHENTICATION");
    expect(await attempt(url, { bearerToken: CANARY })).toBe("AUTHENTICATION");
  });

  it("are sent as a bearer token where that is what they are", async () => {
    const { url, head } = await serveRepository();
    const relay = await serveThrough(new URL(url).origin);
    expect(await attempt(`${relay.url}/config.git`, { bearerToken: CANARY })).toBe(head);
    expect(relay.seen.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill(`Bearer ${CANARY}`));
  });

  it("stay with their server when it redirects to another (attack 23)", async () => {
    const { url, head } = await serveRepository();
    const relay = await serveThrough(new URL(url).origin);
    const seen: (string | undefined)[] = [];
    const door = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(302, { location: `${relay.url}/config.git${DISCOVERY}` }).end();
    });
    expect(await attempt(`${door}/config.git`, ALICE)).toBe(head);
    expect(seen[0]).toMatch(/^Basic /);
    expect(relay.seen).toHaveLength(3);
    for (const { headers } of relay.seen) expect(headers.authorization).toBeUndefined();
  });

  it("go along when the server redirects to another of its own paths", async () => {
    const { url, head } = await serveRepository({ basicAuth: ALICE });
    const relay = await serveThrough(new URL(url).origin);
    const door = await serve(async (request, response) => {
      if (request.url?.startsWith("/old")) {
        response.writeHead(301, { location: `/config.git${DISCOVERY}` }).end();
        return;
      }
      const answer = await fetch(`${relay.url}${request.url}`, {
        method: request.method ?? "GET",
        headers: pick(request.headers, ["authorization", "content-type", "accept", "git-protocol"]),
        ...(request.method === "POST" ? { body: Buffer.concat(await Array.fromAsync(request)) } : {}),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    expect(await attempt(`${door}/old`, ALICE)).toBe(head);
    expect(relay.seen.map(({ path }) => path.split("?")[0])).toEqual([
      "/config.git/info/refs",
      "/config.git/git-upload-pack",
      "/config.git/git-upload-pack",
    ]);
  });
});

function pick(headers: NodeJS.Dict<string | string[]>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );
}

describe("redirects", () => {
  it.each([
    ["to a login page", "/login?next=config"],
    ["to another service", "/config.git/info/refs?service=git-receive-pack"],
    ["to another scheme", `file:///srv/config.git${DISCOVERY}`],
    ["to a URL with credentials", `http://eve:secret@127.0.0.1:9/config.git${DISCOVERY}`],
    ["to nowhere", ""],
    ["to itself", `/config.git${DISCOVERY}`],
  ])("are not followed %s", async (_, location) => {
    let asked = 0;
    const url = await serve((_request, response) => {
      asked += 1;
      response.writeHead(302, { location }).end();
    });
    expect(await attempt(`${url}/config.git`, ALICE)).toBe("REDIRECT");
    expect(asked).toBeLessThanOrEqual(6);
  });

  it("are not followed for a request that carries data", async () => {
    const { url, head } = await serveRepository();
    let isMoved = false;
    const door = await serve(async (request, response) => {
      if (request.method === "POST" && isMoved) {
        response.writeHead(307, { location: url }).end();
        return;
      }
      const answer = await fetch(`${new URL(url).origin}${request.url}`, {
        method: request.method ?? "GET",
        headers: pick(request.headers, ["content-type", "git-protocol"]),
        ...(request.method === "POST" ? { body: Buffer.concat(await Array.fromAsync(request)) } : {}),
      });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
    expect(await attempt(`${door}/config.git`)).toBe(head);
    isMoved = true;
    expect(await attempt(`${door}/config.git`)).toBe("REDIRECT");
  });
});

describe("TLS", () => {
  it("with a certificate that nobody vouches for is no connection, and no credentials are sent", async () => {
    const folder = makeFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-keyout",
        key,
        "-out",
        cert,
        ...subject,
      ],
      { stdio: "ignore" },
    );
    let asked = 0;
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      asked += 1;
      response.end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    expect(await attempt(`https://127.0.0.1:${port}/config.git`, ALICE)).toBe("CONNECTION");
    expect(asked).toBe(0);
  });
});
