import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What a path answers with; nothing of a request but its method and path is looked at. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export type Routes = Readonly<Record<string, () => Promise<Answer> | Answer>>;

export interface Address {
  readonly host: string;
  /** 0: one that the system picks. */
  readonly port: number;
}

const REQUEST_TIMEOUT_MS = 10_000;
/** A scraper's request; everything in it is ignored. */
const MAX_HEADER_BYTES = 8 * 1024;
const MAX_CONNECTIONS = 64;

/** Serves a few pages that only read. Bodies are never read, and connections are few and short. */
export class PageServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects with the system's error where the address cannot be had. */
  static async listen({ host, port }: Address, routes: Routes): Promise<PageServer> {
    const options = { requestTimeout: REQUEST_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES };
    const server = createServer(options, (request, response) => void answer(request, response, routes));
    server.maxConnections = MAX_CONNECTIONS;
    server.listen(port, host);
    await once(server, "listening");
    return new PageServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const { status, contentType, body } = await find(request, routes).catch(() => FAILED);
  response.writeHead(status, {
    "content-type": contentType,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    connection: "close",
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function find({ method, url = "/" }: IncomingMessage, routes: Routes): Promise<Answer> {
  if (method !== "GET" && method !== "HEAD") return plain(405, "only GET and HEAD");
  const [path = "/"] = url.split("?", 1);
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  return route === undefined ? plain(404, "there is no such page") : route();
}

const FAILED = plain(500, "this page cannot be made");

export function plain(status: number, body: string): Answer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${body}\n` };
}
