import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ClusterConnection } from "../../../src/kube/connection.ts";
import { KubeClient, type KubeClientOptions } from "../../../src/kube/index.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

interface FaultOptions extends KubeClientOptions {
  readonly token?: () => Promise<string>;
  /** Answers for what says which kinds there are. */
  readonly discovery?: Handler;
}

const verbs = ["get", "list", "watch", "create", "patch", "delete"];
const resource = (plural: string, kind: string) => ({
  resource: plural,
  responseKind: { group: "", version: "", kind },
  scope: "Namespaced",
  verbs,
});
const core = {
  metadata: { name: "" },
  versions: [
    { version: "v1", resources: [resource("configmaps", "ConfigMap"), resource("secrets", "Secret")] },
  ],
};

/**
 * For faults that the real API server cannot be made to show: it says which kinds there are, and answers the rest as
 * each test wants, the first request with the first handler and so on, those after the last one with the last.
 */
export class FaultServer implements AsyncDisposable {
  /** Methods and paths, without those of discovery. */
  readonly asked: string[] = [];
  readonly tokens: (string | undefined)[] = [];
  readonly client: KubeClient;
  readonly #server: Server;
  readonly #handlers: readonly Handler[];
  readonly #options: FaultOptions;

  private constructor(server: Server, handlers: readonly Handler[], options: FaultOptions) {
    const { token = async () => "token" } = options;
    this.#server = server.on("request", (request, response) => this.#answer(request, response));
    this.#handlers = handlers;
    this.#options = options;
    const authorization = async (): Promise<string> => `Bearer ${await token()}`;
    const connection = new ClusterConnection({ server: new URL(this.origin), tls: {}, authorization });
    this.client = new KubeClient(connection, options);
  }

  static async start(handlers: readonly Handler[], options: FaultOptions = {}): Promise<FaultServer> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new FaultServer(server, handlers, options);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const items = { "/api": [core], "/apis": [] }[request.url ?? ""];
    if (items !== undefined) {
      const { discovery = json(200, { kind: "APIGroupDiscoveryList", items }) } = this.#options;
      discovery(request, response);
      return;
    }
    const handler = this.#handlers[Math.min(this.asked.length, this.#handlers.length - 1)];
    this.asked.push(`${request.method} ${request.url}`);
    this.tokens.push(request.headers.authorization);
    handler?.(request, response);
  }
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

export function json(status: number, body: unknown, headers = {}): Handler {
  return (_, response) => sendJson(response, status, body, headers);
}

export function refusal(code: number, reason: string, message: string, headers = {}): Handler {
  return json(code, { kind: "Status", code, reason, message }, headers);
}

export const configMap = (name: string, resourceVersion = "1") => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "ns", resourceVersion, uid: `uid of ${name}` },
});
