import type { GitHttpRequest, GitHttpResponse, HttpClient } from "isomorphic-git";
import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { toConnectionError, toStatusError } from "./http-errors.ts";
import { IdleTimer } from "./idle-timer.ts";
import { requireWholeListing } from "./ref-listing.ts";
import { DISCOVERY, parseRemoteUrl, redirectedBase, requirePrivateWay, SERVICE } from "./remote-url.ts";

/** How to prove to the server who is asking. */
export type GitAuth =
  | { readonly username: string; readonly password: string }
  | { readonly bearerToken: string };

export interface RemoteOptions {
  /** http or https, without credentials. */
  readonly url: string;
  /** For https, and for http on loopback. */
  readonly auth?: GitAuth;
  readonly limits: GitLimits;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
/** Some servers serve web pages to anything that does not call itself git. */
const USER_AGENT = "git/2.0 (sluice)";

interface Exchange {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/**
 * The smart HTTP protocol's two requests, under limits of bytes, redirects, silence and time.
 * Credentials go to the origin of the configured URL and nowhere else. Only discovery follows a redirect,
 * as git does; where it ends up, the rest of the session takes place.
 * https://git-scm.com/docs/gitprotocol-http
 */
export class SmartHttp implements HttpClient {
  readonly #options: RemoteOptions;
  readonly #configured: string;
  readonly #idle: IdleTimer;
  /** The repository's URL after redirects. */
  #base: string;

  constructor(options: RemoteOptions) {
    this.#options = options;
    this.#configured = parseRemoteUrl(options.url);
    if (options.auth !== undefined) requirePrivateWay(this.#configured);
    this.#base = this.#configured;
    this.#idle = new IdleTimer(options.limits.idleMs);
  }

  /** The repository's URL as isomorphic-git is to be told it. */
  get url(): string {
    return this.#configured;
  }

  /**
   * For isomorphic-git. The answer is whole when this returns: its parser takes a broken stream for a
   * finished one.
   */
  async request({ url, method = "GET", headers = {}, body }: GitHttpRequest): Promise<GitHttpResponse> {
    const path = url.slice(this.#configured.length);
    const sent = body === undefined ? undefined : await collect(body, this.#options.limits.refListingBytes);
    const exchange = { method, headers, ...(sent === undefined ? {} : { body: sent }) };
    const response =
      path === DISCOVERY ? await this.#discover(exchange) : await this.#exchange(path, exchange);
    const kind = path === DISCOVERY ? "advertisement" : "result";
    const received = await collect(this.#content(response, kind), this.#options.limits.refListingBytes);
    requireWholeListing(received);
    return {
      url,
      statusCode: response.status,
      statusMessage: response.statusText,
      headers: Object.fromEntries(response.headers),
      body: once(received),
    };
  }

  /** Sends a request to upload-pack and gives its answer as it arrives. */
  async *uploadPack(body: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    const headers = {
      "content-type": `application/x-${SERVICE}-request`,
      accept: `application/x-${SERVICE}-result`,
    };
    yield* this.#content(await this.#exchange(`/${SERVICE}`, { method: "POST", headers, body }), "result");
  }

  async #discover(exchange: Exchange): Promise<Response> {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.#send(`${this.#base}${DISCOVERY}`, exchange);
      if (!isRedirect(response)) return response;
      await response.body?.cancel();
      this.#base = redirectedBase(this.#base, response.headers.get("location") ?? "");
    }
    throw new GitError("REDIRECT", `${this.#configured} redirects more than ${MAX_REDIRECTS} times`, {
      remedy: "configure the repository's final URL",
    });
  }

  async #exchange(path: string, exchange: Exchange): Promise<Response> {
    const response = await this.#send(`${this.#base}${path}`, exchange);
    if (!isRedirect(response)) return response;
    await response.body?.cancel();
    throw new GitError("REDIRECT", `${this.#base} redirects a request that carries data`, {
      remedy: "configure the repository's final URL",
    });
  }

  async #send(url: string, { method, headers, body }: Exchange): Promise<Response> {
    const silence = this.#idle.start();
    try {
      return await fetch(url, {
        method,
        redirect: "manual",
        signal: AbortSignal.any([this.#options.signal, silence]),
        headers: { ...headers, "user-agent": USER_AGENT, ...this.#authorization(url) },
        ...(body === undefined ? {} : { body }),
      });
    } catch (error) {
      throw toConnectionError(error, this.#base);
    } finally {
      this.#idle.stop();
    }
  }

  #authorization(url: string): Record<string, string> {
    const { auth } = this.#options;
    if (auth === undefined || new URL(url).origin !== new URL(this.#configured).origin) return {};
    if ("bearerToken" in auth) return { authorization: `Bearer ${auth.bearerToken}` };
    const pair = Buffer.from(`${auth.username}:${auth.password}`).toString("base64");
    return { authorization: `Basic ${pair}` };
  }

  async *#content(
    response: Response,
    kind: "advertisement" | "result",
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const type = response.headers.get("content-type")?.split(";")[0]?.trim();
    if (response.status !== 200) {
      await response.body?.cancel();
      throw toStatusError(response.status, this.#base);
    }
    if (type !== `application/x-${SERVICE}-${kind}`) {
      await response.body?.cancel();
      throw new GitError("NOT_A_GIT_SERVER", `${this.#base} does not speak git's smart HTTP protocol`, {
        remedy: "check the URL; a plain file server (the dumb protocol) is not supported",
      });
    }
    this.#idle.resume();
    try {
      for await (const chunk of response.body ?? []) {
        this.#idle.stop();
        yield chunk;
        this.#idle.resume();
      }
    } catch (error) {
      throw toConnectionError(error, this.#base);
    } finally {
      this.#idle.stop();
    }
  }
}

function isRedirect({ status }: Response): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

async function collect(
  stream: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new GitError(
        "RESPONSE_TOO_LARGE",
        `the server's listing of refs has more than ${maxBytes} bytes`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
