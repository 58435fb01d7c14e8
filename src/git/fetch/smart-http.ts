import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { HttpAuth } from "./auth.ts";
import type { InstallationTokens } from "./github-app.ts";
import { HttpClient, type HttpResponse } from "./http-client.ts";
import { toConnectionError, toStatusError } from "./http-errors.ts";
import { IdleTimer } from "./idle-timer.ts";
import { Login } from "./login.ts";
import { DISCOVERY, parseHttpUrl, redirectedBase, requirePrivateWay, SERVICE } from "./remote-url.ts";
import { withoutServiceHeading } from "./service-heading.ts";
import type { ProtocolVersion, Transport } from "./transport.ts";

export interface HttpOptions {
  /** http or https, without credentials. */
  readonly url: string;
  readonly auth?: HttpAuth;
  readonly tokens: InstallationTokens;
  readonly limits: GitLimits;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
/** Some servers serve web pages to anything that does not call itself git. */
const USER_AGENT = "git/2.0 (sluice)";
/** What the client can speak, and on later requests what was agreed on. */
const PROTOCOL_2 = { "git-protocol": "version=2" };

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
export class SmartHttp implements Transport {
  readonly #options: HttpOptions;
  readonly #configured: string;
  readonly #idle: IdleTimer;
  readonly #client: HttpClient;
  readonly #login: Login | undefined;
  /** The repository's URL after redirects. */
  #base: string;

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#configured = parseHttpUrl(options.url);
    const { login, ...way } = options.auth ?? {};
    if (login !== undefined) requirePrivateWay(this.#configured);
    this.#login = login && new Login(login, options.tokens);
    this.#client = new HttpClient(this.#configured, way);
    this.#base = this.#configured;
    this.#idle = new IdleTimer(options.limits.idleMs);
  }

  get url(): string {
    return this.#configured;
  }

  async *advertisement(): AsyncGenerator<Uint8Array, void, undefined> {
    const headers = { accept: `application/x-${SERVICE}-advertisement, */*`, ...PROTOCOL_2 };
    const response = await this.#discover({ method: "GET", headers });
    yield* withoutServiceHeading(this.#content(response, "advertisement"));
  }

  async *ask(body: Uint8Array, version: ProtocolVersion): AsyncGenerator<Uint8Array, void, undefined> {
    const headers = {
      "content-type": `application/x-${SERVICE}-request`,
      accept: `application/x-${SERVICE}-result`,
      ...(version === 2 && PROTOCOL_2),
    };
    yield* this.#content(await this.#exchange(`/${SERVICE}`, { method: "POST", headers, body }), "result");
  }

  close(): void {
    this.#idle.stop();
    this.#client.close();
  }

  async #discover(exchange: Exchange): Promise<HttpResponse> {
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

  async #exchange(path: string, exchange: Exchange): Promise<HttpResponse> {
    const response = await this.#send(`${this.#base}${path}`, exchange);
    if (!isRedirect(response)) return response;
    await response.body?.cancel();
    throw new GitError("REDIRECT", `${this.#base} redirects a request that carries data`, {
      remedy: "configure the repository's final URL",
    });
  }

  async #send(url: string, { headers, ...exchange }: Exchange): Promise<HttpResponse> {
    const signal = AbortSignal.any([this.#options.signal, this.#idle.start()]);
    try {
      const authorization = await this.#authorization(url, signal);
      const sent = { ...headers, "user-agent": USER_AGENT, ...(authorization && { authorization }) };
      return await this.#client.fetch(url, { ...exchange, headers: sent, signal }, this.#base);
    } finally {
      this.#idle.stop();
    }
  }

  async #authorization(url: string, signal: AbortSignal): Promise<string | undefined> {
    if (new URL(url).origin !== new URL(this.#configured).origin) return undefined;
    return await this.#login?.authorization(this.#client, signal);
  }

  async *#content(
    response: HttpResponse,
    kind: "advertisement" | "result",
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const type = response.headers.get("content-type")?.split(";")[0]?.trim();
    if (response.status !== 200) {
      await response.body?.cancel();
      const error = toStatusError(response.status, this.#base);
      this.#login?.refused(error);
      throw error;
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

function isRedirect({ status }: HttpResponse): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}
