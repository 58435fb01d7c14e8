import { sha256 } from "../../digest.ts";
import { GitError } from "../error.ts";
import type { GitHubApp } from "./auth.ts";
import { toAssertion, unusableApp } from "./github-assertion.ts";
import type { HttpClient, HttpResponse } from "./http-client.ts";
import { toConnectionError } from "./http-errors.ts";
import { requirePrivateWay } from "./remote-url.ts";

export interface WallClock {
  /** Milliseconds since the epoch. */
  now(): number;
}

interface Token {
  readonly value: string;
  readonly expiresAt: number;
}

const MAX_ANSWER_BYTES = 64 * 1024;
/** Before its end a token is asked for anew, so that it lasts for the fetch that it is used in. */
const RENEW_BEFORE_MS = 10 * 60_000;
/** GitHub's are for an hour; a longer one is kept for no longer. */
const MAX_LIFE_MS = 60 * 60_000;
/** What may be in a header. */
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/**
 * Tokens of GitHub App installations, in memory, until shortly before they end. They may read the contents of
 * repositories, whatever else the app may do.
 * https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export class InstallationTokens {
  readonly #clock: WallClock;
  readonly #kept = new Map<string, Token>();

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  /** Throws GitError: AUTHENTICATION where GitHub gives none. */
  async token(app: GitHubApp, client: HttpClient, signal: AbortSignal): Promise<string> {
    const now = this.#clock.now();
    for (const [name, { expiresAt }] of this.#kept) {
      if (expiresAt - RENEW_BEFORE_MS <= now) this.#kept.delete(name);
    }
    const known = this.#kept.get(nameOf(app));
    if (known !== undefined) return known.value;
    const token = await fetchToken(app, client, now, signal);
    this.#kept.set(nameOf(app), token);
    return token.value;
  }

  /** For a token that a server did not take. */
  forget(app: GitHubApp): void {
    this.#kept.delete(nameOf(app));
  }
}

/** So that no key is kept. */
function nameOf({ id, installation, privateKey, baseUrl }: GitHubApp): string {
  return sha256(JSON.stringify([id, installation, privateKey, baseUrl]));
}

async function fetchToken(
  app: GitHubApp,
  client: HttpClient,
  now: number,
  signal: AbortSignal,
): Promise<Token> {
  const url = tokenUrl(app);
  const request = {
    method: "POST",
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${toAssertion(app, now)}`,
      "content-type": "application/json",
      "user-agent": "sluice",
      "x-github-api-version": "2022-11-28",
    },
    body: JSON.stringify({ permissions: { contents: "read" } }),
    signal,
  };
  const response = await client.fetch(url, request, new URL(url).origin);
  if (response.status !== 201) {
    await response.body?.cancel();
    throw noToken(response.status, url);
  }
  return parseToken(await readUpTo(response, MAX_ANSWER_BYTES, url), now);
}

function tokenUrl({ baseUrl, installation }: GitHubApp): string {
  const base = URL.parse(baseUrl);
  if (
    base === null ||
    base.username !== "" ||
    base.password !== "" ||
    base.search !== "" ||
    base.hash !== ""
  ) {
    throw unusableApp("the address of GitHub's API is not a plain URL");
  }
  requirePrivateWay(base.href, "GitHub");
  if (!/^\d{1,20}$/.test(installation)) throw unusableApp("the installation's id is not a number");
  return `${base.href.replace(/\/+$/, "")}/app/installations/${installation}/access_tokens`;
}

function parseToken(text: string, now: number): Token {
  const { token, expires_at: expires } = toObject(text);
  const end = typeof expires === "string" ? Date.parse(expires) : Number.NaN;
  if (typeof token !== "string" || !TOKEN.test(token) || Number.isNaN(end)) throw notToken();
  return { value: token, expiresAt: Math.min(end, now + MAX_LIFE_MS) };
}

function toObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // told below: what it says may be half a token
  }
  throw notToken();
}

async function readUpTo(response: HttpResponse, limit: number, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > limit) throw notToken();
      chunks.push(chunk);
    }
  } catch (error) {
    throw toConnectionError(error, new URL(url).origin);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function noToken(status: number, url: string): GitError {
  const { origin } = new URL(url);
  if (status >= 500 || status === 429)
    return new GitError("SERVER_ERROR", `${origin} answers HTTP ${status}`);
  return new GitError("AUTHENTICATION", `${origin} gives the GitHub App no token (HTTP ${status})`, {
    remedy: "check the app's id, its installation and key, and that it may read contents",
  });
}

function notToken(): GitError {
  return new GitError("BAD_RESPONSE", "what GitHub answers is not a token");
}
