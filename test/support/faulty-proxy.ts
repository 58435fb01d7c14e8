import { EventEmitter, once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Authority } from "./certificates.ts";
import type { Cluster } from "./cluster.ts";

/** What an API server, or the way to it, can do to a request. */
export type ApiFault =
  /** Answered at once, without having been carried out. */
  | { readonly kind: "status"; readonly status: 409 | 410 | 429 | 500 | 503 }
  /** The connection ends before the request arrives. */
  | { readonly kind: "refused" }
  /** Carried out, and the connection ends before the answer arrives. */
  | { readonly kind: "lost" }
  /** Carried out, and the answer is late. */
  | { readonly kind: "slow"; readonly milliseconds: number }
  /** A watch that ends in the middle of whatever it says, after so many bytes. */
  | { readonly kind: "cut"; readonly bytes: number };

/** Decides for each request whether something goes wrong with it. */
export type ChooseFault = (request: {
  readonly method: string;
  readonly path: string;
}) => ApiFault | undefined;

const REASONS = {
  409: "Conflict",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
};

/** Stands between a client and the real API server, and lets things go wrong on the way. */
export class FaultyProxy implements AsyncDisposable {
  /** Nothing goes wrong until a test says so. */
  choose: ChooseFault = () => undefined;
  readonly #arrived = new EventEmitter();
  readonly #server: Server;
  readonly #upstream: URL;
  readonly #agent: Agent;

  private constructor(server: Server, upstream: URL, agent: Agent) {
    this.#server = server;
    this.#upstream = upstream;
    this.#agent = agent;
    server.on("request", (asked, answer) => void this.#handle(asked, answer));
  }

  /** Gives the proxy, and the path of a kubeconfig that goes through it as the owner of the token. */
  static async start(cluster: Cluster, token: string): Promise<{ proxy: FaultyProxy; kubeconfig: string }> {
    const authority = await Authority.create();
    const { certificate: cert, key } = await authority.issueServer();
    const ca = await readFile(join(cluster.folder, "ca.pem"));
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new FaultyProxy(server, new URL(cluster.url), new Agent({ ca, keepAlive: true }));
    const { port } = server.address() as AddressInfo;
    const kubeconfig = join(cluster.folder, `proxy-${port}.kubeconfig`);
    await writeFile(kubeconfig, toKubeconfig(`https://127.0.0.1:${port}`, authority.certificate, token), {
      mode: 0o600,
    });
    return { proxy, kubeconfig };
  }

  /** When so many more requests have arrived. */
  async arrived(count: number): Promise<void> {
    for (let left = count; left > 0; left--) await once(this.#arrived, "request");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    this.#arrived.emit("request");
    const fault = this.choose({ method: asked.method ?? "", path: asked.url ?? "" });
    if (fault?.kind === "refused") return void asked.socket.destroy();
    if (fault?.kind === "status") return answerWith(asked, answer, fault.status);
    try {
      await this.#forward(asked, answer, fault);
    } catch {
      asked.socket.destroy(); // the API server itself is gone
    }
  }

  async #forward(asked: IncomingMessage, answer: ServerResponse, fault: ApiFault | undefined): Promise<void> {
    const upstream = await this.#send(asked);
    if (fault?.kind === "slow") await sleep(fault.milliseconds);
    if (fault?.kind === "lost") {
      for await (const _ of upstream); // it has been carried out by then
      return void asked.socket.destroy();
    }
    answer.once("close", () => upstream.destroy());
    answer.writeHead(upstream.statusCode ?? 502, upstream.headers);
    answer.flushHeaders();
    let left = fault?.kind === "cut" ? fault.bytes : Number.POSITIVE_INFINITY;
    for await (const chunk of upstream as AsyncIterable<Buffer>) {
      answer.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) return void asked.socket.destroy();
    }
    answer.end();
  }

  #send(asked: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const options = { method: asked.method, headers: asked.headers, agent: this.#agent };
      const forwarded = request(new URL(asked.url ?? "/", this.#upstream), options, resolve);
      forwarded.once("error", reject);
      asked.once("close", () => {
        if (!asked.complete) forwarded.destroy();
      });
      asked.pipe(forwarded);
    });
  }
}

function answerWith(asked: IncomingMessage, answer: ServerResponse, code: keyof typeof REASONS): void {
  asked.resume();
  const status = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason: REASONS[code],
    message: "by the test",
    code,
  };
  answer.writeHead(code, { "content-type": "application/json", ...(code === 429 && { "retry-after": "1" }) });
  answer.end(JSON.stringify(status));
}

function toKubeconfig(server: string, authority: string, token: string): string {
  const ca = Buffer.from(authority).toString("base64");
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "proxy", cluster: { server, "certificate-authority-data": ca } }],
    users: [{ name: "user", user: { token } }],
    contexts: [{ name: "proxy", context: { cluster: "proxy", user: "user" } }],
    "current-context": "proxy",
  });
}
