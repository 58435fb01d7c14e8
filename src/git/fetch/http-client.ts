import type { Dispatcher } from "undici";
import { GitError } from "../error.ts";
import type { HttpAuth, HttpProxy } from "./auth.ts";
import { toConnectionError } from "./http-errors.ts";
import { requirePrivateWay } from "./remote-url.ts";
import { parseTls, type TlsOptions } from "./tls-options.ts";

export interface HttpRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal: AbortSignal;
}

/** Of a `Response`, what is used here. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: (AsyncIterable<Uint8Array> & { cancel(): Promise<void> }) | null;
}

interface Way {
  /** The client's certificate goes to this origin alone. */
  readonly origin: string;
  readonly tls: TlsOptions;
  readonly proxy: HttpProxy | undefined;
}

/** Connections that are made in one way. */
interface Exit {
  send(url: string, request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

/**
 * Sends requests by the way that is configured. Redirects are answers like others, so that nothing follows one by itself.
 * Throws GitError.
 */
export class HttpClient {
  readonly #way: Way | undefined;
  #exit: Promise<Exit> | undefined;

  /** For the repository at a URL. Throws BAD_CREDENTIALS, INSECURE_URL where what is brought along cannot be used. */
  constructor(url: string, { tls, proxy }: Pick<HttpAuth, "tls" | "proxy">) {
    if (tls === undefined && proxy === undefined) return;
    const { origin, protocol } = new URL(url);
    if (protocol !== "https:") {
      throw new GitError("BAD_CREDENTIALS", "certificates and proxies are for an https:// URL", {
        remedy: "use the repository's https:// URL, or leave them out",
      });
    }
    if (proxy !== undefined) requireProxy(proxy);
    this.#way = { origin, tls: parseTls(tls ?? {}), proxy };
  }

  /** `subject` is what messages speak of. */
  async fetch(url: string, request: HttpRequest, subject: string): Promise<HttpResponse> {
    try {
      // The pool of the process has its connections open from one fetch to the next.
      if (this.#way === undefined) return await fetch(url, { ...request, redirect: "manual" });
      this.#exit ??= openExit(this.#way);
      return await (await this.#exit).send(url, request);
    } catch (error) {
      throw toConnectionError(error, subject, this.#way?.proxy !== undefined);
    }
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#exit?.then((exit) => exit.close()).catch(() => undefined);
  }
}

/** undici's own `fetch` goes with its dispatchers; that of Node is of another version. */
async function openExit({ origin, tls, proxy }: Way): Promise<Exit> {
  const { Agent, fetch, ProxyAgent } = await import("undici");
  const open = (options: TlsOptions): Dispatcher =>
    proxy === undefined
      ? new Agent({ allowH2: false, connect: options })
      : new ProxyAgent({
          uri: proxy.address,
          allowH2: false,
          proxyTunnel: true,
          requestTls: { ...options, allowH2: false },
          ...(proxy.login !== undefined && { token: toBasic(proxy.login) }),
        });
  const { cert: _cert, key: _key, ...withoutClient } = tls;
  const [own, others] = [open(tls), open(withoutClient)];
  return {
    send: (url, request) => {
      const dispatcher = new URL(url).origin === origin ? own : others;
      return fetch(url, { ...request, redirect: "manual", dispatcher });
    },
    close: async () => {
      await Promise.all([own.destroy(), others.destroy()]);
    },
  };
}

/** The value of an `Authorization` header. */
export function toBasic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

function requireProxy({ address, login }: HttpProxy): void {
  const url = URL.parse(address);
  const isPlain =
    url !== null &&
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.username === "" &&
    url.password === "" &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === "";
  if (!isPlain) {
    throw new GitError("BAD_CREDENTIALS", "the proxy's address is not a plain http:// or https:// URL", {
      remedy: "write it as http://host:port, with the login beside it",
    });
  }
  if (login !== undefined) requirePrivateWay(address, "the proxy");
}
