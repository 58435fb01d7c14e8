import { z } from "zod";
import { type Challenge, parseChallenges } from "./challenge.ts";
import { basicAuthorization, type CredentialSource, type RegistryCredentials } from "./credentials.ts";
import { assertSafeHop, endpointOf, tokenHostsOf } from "./endpoint.ts";
import { RegistryError } from "./error.ts";
import type { Answer, Request } from "./exchange.ts";
import { parseJson } from "./json.ts";
import { MAX_TOKEN_CHARACTERS, MAX_TOKEN_RESPONSE_BYTES } from "./limits.ts";
import { formatRepository, type Repository } from "./reference.ts";

/** Both names are in use for the same thing (distribution's token specification). */
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });
const TOKEN = new RegExp(`^[\\x21-\\x7e]{1,${MAX_TOKEN_CHARACTERS}}$`);

/** Gets the `Authorization` value for a repository, and keeps it in memory for as long as it is accepted. */
export class Login {
  readonly #credentials: CredentialSource;
  readonly #get: (request: Request) => Promise<Answer>;
  readonly #accepted = new Map<string, string>();

  constructor(credentials: CredentialSource, get: (request: Request) => Promise<Answer>) {
    this.#credentials = credentials;
    this.#get = get;
  }

  /** What worked last time, if anything. */
  known(repository: Repository): string | undefined {
    return this.#accepted.get(formatRepository(repository));
  }

  /** Answers a 401; throws UNAUTHORIZED where there is nothing to answer it with. */
  async answer(repository: Repository, unauthorized: Answer, signal: AbortSignal): Promise<string> {
    const credentials = this.#credentials(repository.registry);
    const challenges = parseChallenges(unauthorized.headers.get("www-authenticate") ?? "");
    const authorization = await this.#toAuthorization(repository, credentials, challenges, signal);
    this.#accepted.set(formatRepository(repository), authorization);
    return authorization;
  }

  async #toAuthorization(
    repository: Repository,
    credentials: RegistryCredentials | undefined,
    challenges: readonly Challenge[],
    signal: AbortSignal,
  ): Promise<string> {
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    if (credentials !== undefined && "bearerToken" in credentials) return `Bearer ${credentials.bearerToken}`;
    if (bearer !== undefined) {
      return `Bearer ${await this.#fetchToken(repository, credentials, bearer, signal)}`;
    }
    if (credentials !== undefined && challenges.some(({ scheme }) => scheme === "basic")) {
      return basicAuthorization(credentials.username, credentials.password);
    }
    throw unauthorized(repository);
  }

  async #fetchToken(
    repository: Repository,
    credentials: Exclude<RegistryCredentials, { bearerToken: string }> | undefined,
    { parameters }: Challenge,
    signal: AbortSignal,
  ): Promise<string> {
    const url = tokenUrl(repository, parameters);
    if (credentials !== undefined) assertTokenHost(repository, url, credentials.tokenHosts ?? []);
    const answer = await this.#get({
      url,
      accept: "application/json",
      authorization: credentials && basicAuthorization(credentials.username, credentials.password),
      maxBytes: MAX_TOKEN_RESPONSE_BYTES,
      signal,
    });
    if (answer.status !== 200) throw unauthorized(repository);
    return parseToken(answer);
  }
}

/** The scope is what we want to do, not what the registry would have us ask for. */
function tokenUrl(repository: Repository, parameters: ReadonlyMap<string, string>): URL {
  const realm = parameters.get("realm") ?? "";
  if (!URL.canParse(realm)) {
    throw new RegistryError("MALFORMED_RESPONSE", `${repository.registry} names no token service`);
  }
  const url = new URL(realm);
  assertSafeHop(endpointOf(repository.registry), url);
  const service = parameters.get("service");
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository.path}:pull`);
  return url;
}

function assertTokenHost({ registry }: Repository, url: URL, listed: readonly string[]): void {
  const allowed = [endpointOf(registry).host, ...tokenHostsOf(registry), ...listed];
  if (allowed.includes(url.host)) return;
  throw new RegistryError(
    "CREDENTIALS_WITHHELD",
    `${registry} asks for its credentials to be sent to ${url.host}, which they are not for`,
    { remedy: `if ${url.host} is that registry's token service, list it with the credentials` },
  );
}

function parseToken({ url, body }: Answer): string {
  const parsed = tokenSchema.safeParse(parseJson(body));
  const token = parsed.success ? (parsed.data.token ?? parsed.data.access_token) : undefined;
  if (token !== undefined && TOKEN.test(token)) return token;
  throw new RegistryError("MALFORMED_RESPONSE", `${url.host} answers with something that is not a token`);
}

export function unauthorized({ registry, path }: Repository): RegistryError {
  return new RegistryError("UNAUTHORIZED", `${registry} does not let us read ${path}`, {
    remedy: `check the credentials for ${registry}, and that they may pull ${path}`,
  });
}
