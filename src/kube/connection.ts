import { readFile } from "node:fs/promises";
import { systemErrorCode } from "../fault.ts";
import { KubeError } from "./error.ts";
import { MAX_TOKEN_BYTES, TOKEN_AGE_MS } from "./limits.ts";

/** What TLS needs to know, named as `node:tls` names it. PEM throughout. */
export interface TlsOptions {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface ConnectionParts {
  /** May have a path, below which the API server is served. */
  readonly server: URL;
  readonly tls: TlsOptions;
  /** The value of the `Authorization` header, read anew for each call; undefined where a certificate identifies us. */
  readonly authorization?: () => Promise<string | undefined>;
}

/** How to reach an API server, and as whom. What is secret in it does not show when it is printed. */
export class ClusterConnection {
  readonly server: URL;
  readonly #tls: TlsOptions;
  readonly #read: () => Promise<string | undefined>;
  #known: { readonly authorization: Promise<string | undefined>; readonly since: number } | undefined;

  constructor({ server, tls, authorization = async () => undefined }: ConnectionParts) {
    this.server = server;
    this.#tls = tls;
    this.#read = authorization;
  }

  tls(): TlsOptions {
    return this.#tls;
  }

  /** Tokens are replaced while we run: what is known is used for a few seconds only. */
  authorization(): Promise<string | undefined> {
    const now = performance.now();
    if (this.#known === undefined || now - this.#known.since > TOKEN_AGE_MS) {
      const read = this.#read();
      this.#known = { authorization: read, since: now };
      read.catch(() => this.forgetAuthorization()); // whoever asked is told; the next one reads again
    }
    return this.#known.authorization;
  }

  /** The API server refused it: the next request reads it anew. */
  forgetAuthorization(): void {
    this.#known = undefined;
  }
}

/** Reads a bearer token; nothing that could end the header and begin another passes. */
export async function readToken(path: string): Promise<string> {
  const text = (await readConfigFile(path)).trim();
  if (text.length > MAX_TOKEN_BYTES) throw new KubeError("CONFIG", `${path} is too large for a token`);
  return checkToken(text, path);
}

export function checkToken(token: string, where: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw new KubeError("CONFIG", `${where} holds no token`);
  return token;
}

export async function readConfigFile(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new KubeError("CONFIG", `${path} cannot be read (${systemErrorCode(error) ?? "unknown error"})`);
  }
}

/** Credentials go to this address: TLS alone, and none hidden in the address itself. */
export function parseServer(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (url?.protocol === "https:" && isPlain) return url;
  throw new KubeError(
    "CONFIG",
    `the server of ${where} is not an https:// address without user, query or fragment`,
  );
}
