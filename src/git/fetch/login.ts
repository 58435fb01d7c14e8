import type { GitError } from "../error.ts";
import type { HttpLogin } from "./auth.ts";
import type { InstallationTokens } from "./github-app.ts";
import { type HttpClient, toBasic } from "./http-client.ts";

/** The name that goes with a token of a GitHub App, as GitHub wants it. */
const TOKEN_USER = "x-access-token";

/** Says who is asking, to one server. */
export class Login {
  readonly #login: HttpLogin;
  readonly #tokens: InstallationTokens;

  constructor(login: HttpLogin, tokens: InstallationTokens) {
    this.#login = login;
    this.#tokens = tokens;
  }

  /** The value of an `Authorization` header. Throws GitError. */
  async authorization(client: HttpClient, signal: AbortSignal): Promise<string> {
    const login = this.#login;
    if ("bearerToken" in login) return `Bearer ${login.bearerToken}`;
    if ("username" in login) return toBasic(login);
    const password = await this.#tokens.token(login.githubApp, client, signal);
    return toBasic({ username: TOKEN_USER, password });
  }

  /** The server wants another: a token that is asked for is not used again. */
  refused(error: GitError): void {
    if (error.code === "AUTHENTICATION" && "githubApp" in this.#login)
      this.#tokens.forget(this.#login.githubApp);
  }
}
