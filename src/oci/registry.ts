import { setTimeout as sleep } from "node:timers/promises";
import { type Digest, isDigest, sha256 } from "../digest.ts";
import { type ByteCache, noCache } from "./byte-cache.ts";
import type { CredentialSource } from "./credentials.ts";
import { endpointOf } from "./endpoint.ts";
import { RegistryError } from "./error.ts";
import { type Answer, exchange, expectOk, type Fetch, type Request } from "./exchange.ts";
import { MAX_MANIFEST_BYTES, MAX_OPERATION_MS } from "./limits.ts";
import { Login, unauthorized } from "./login.ts";
import { type Descriptor, MEDIA_TYPE, type StoredManifest } from "./manifest.ts";
import type { Repository } from "./reference.ts";
import { fallbackTag, listReferrers, parseReferrers } from "./referrers.ts";
import { type Pace, withRetries } from "./retry.ts";

/**
 * Reads registries. Whatever is asked for by digest has been hashed when it is returned; `undefined` is the
 * registry saying that it has no such thing; every fault is a {@link RegistryError}.
 */
export interface Registry {
  /** By tag or by digest, up to MAX_MANIFEST_BYTES. */
  fetchManifest(
    repository: Repository,
    reference: string,
    signal?: AbortSignal,
  ): Promise<StoredManifest | undefined>;
  fetchBlob(
    repository: Repository,
    digest: Digest,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined>;
  /** From the referrers API, or from the fallback tag where the registry does not have it. Unordered. */
  fetchReferrers(
    repository: Repository,
    subject: Digest,
    signal?: AbortSignal,
  ): Promise<readonly Descriptor[]>;
}

export interface RegistryOptions {
  readonly credentials?: CredentialSource;
  readonly cache?: ByteCache;
  readonly fetch?: Fetch;
  readonly pace?: Pace;
  /** For one manifest, blob or list of referrers, all retries included. */
  readonly operationMs?: number;
}

const MANIFEST_TYPES = Object.values(MEDIA_TYPE).join(", ");

export function createRegistry(options: RegistryOptions = {}): Registry {
  return new HttpRegistry(options);
}

class HttpRegistry implements Registry {
  readonly #cache: ByteCache;
  readonly #fetch: Fetch;
  readonly #pace: Pace;
  readonly #login: Login;
  readonly #operationMs: number;

  constructor(options: RegistryOptions) {
    this.#cache = options.cache ?? noCache;
    this.#fetch = options.fetch ?? globalThis.fetch;
    this.#pace = options.pace ?? {
      now: Date.now,
      sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    };
    this.#operationMs = options.operationMs ?? MAX_OPERATION_MS;
    this.#login = new Login(options.credentials ?? (() => undefined), (request) => this.#send(request));
  }

  async fetchManifest(
    repository: Repository,
    reference: string,
    signal?: AbortSignal,
  ): Promise<StoredManifest | undefined> {
    const expected = isDigest(reference) ? reference : undefined;
    const cached = expected && (await this.#cache.read(expected));
    if (expected !== undefined && cached !== undefined && cached.length <= MAX_MANIFEST_BYTES) {
      return { digest: expected, bytes: cached };
    }
    const answer = await this.#get(repository, `manifests/${reference}`, {
      accept: MANIFEST_TYPES,
      maxBytes: MAX_MANIFEST_BYTES,
      signal: this.#deadline(signal),
    });
    const bytes = bodyOf(answer);
    if (bytes === undefined) return undefined;
    const digest = checkDigest(answer, expected ?? announcedDigest(answer));
    // A tag was asked about, as it is in every run: what it stands for is here already, as a rule.
    const kept = expected === undefined ? await this.#cache.read(digest) : undefined;
    if (kept === undefined) await this.#cache.write(digest, bytes);
    return { digest, bytes };
  }

  async fetchBlob(
    repository: Repository,
    digest: Digest,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const cached = await this.#cache.read(digest);
    if (cached !== undefined && cached.length <= maxBytes) return cached;
    const answer = await this.#get(repository, `blobs/${digest}`, {
      accept: "application/octet-stream",
      maxBytes,
      signal: this.#deadline(signal),
    });
    const bytes = bodyOf(answer);
    if (bytes === undefined) return undefined;
    checkDigest(answer, digest);
    await this.#cache.write(digest, bytes);
    return bytes;
  }

  async fetchReferrers(
    repository: Repository,
    subject: Digest,
    signal?: AbortSignal,
  ): Promise<readonly Descriptor[]> {
    const deadline = this.#deadline(signal);
    const request = { accept: MEDIA_TYPE.ociIndex, maxBytes: MAX_MANIFEST_BYTES, signal: deadline };
    const first = resourceUrl(repository, `referrers/${subject}`);
    const listed = await listReferrers(first, (url) => this.#getUrl(repository, { ...request, url }));
    if (listed !== undefined) return listed;
    const kept = await this.fetchManifest(repository, fallbackTag(subject), deadline);
    return kept === undefined ? [] : parseReferrers(kept.bytes, first);
  }

  #deadline(signal: AbortSignal | undefined): AbortSignal {
    const timeout = AbortSignal.timeout(this.#operationMs);
    return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  }

  #get(repository: Repository, resource: string, request: Omit<Request, "url">): Promise<Answer> {
    return this.#getUrl(repository, { ...request, url: resourceUrl(repository, resource) });
  }

  /** Logs in when the registry asks for it, once; throws UNAUTHORIZED where that does not help. */
  async #getUrl(repository: Repository, request: Request): Promise<Answer> {
    let answer = await this.#send({ ...request, authorization: this.#login.known(repository) });
    // A host that we were redirected to has no say in how we log in to the registry.
    if (answer.status === 401 && answer.url.origin === request.url.origin) {
      const authorization = await this.#login.answer(repository, answer, request.signal);
      answer = await this.#send({ ...request, authorization });
    }
    if (answer.status === 401 || answer.status === 403) throw unauthorized(repository);
    return answer;
  }

  #send(request: Request): Promise<Answer> {
    return withRetries(() => exchange(this.#fetch, request), this.#pace, request.signal);
  }
}

/** Every part was parsed before: nothing in a repository, tag or digest can leave its place in the path. */
function resourceUrl({ registry, path }: Repository, resource: string): URL {
  return new URL(`/v2/${path}/${resource}`, endpointOf(registry));
}

function bodyOf(answer: Answer): Uint8Array | undefined {
  if (answer.status === 404) return undefined;
  return expectOk(answer).body;
}

/** What the registry itself says the digest is; only SHA-256 is compared. */
function announcedDigest({ headers }: Answer): string | undefined {
  const announced = headers.get("docker-content-digest");
  return announced?.startsWith("sha256:") ? announced : undefined;
}

function checkDigest({ url, body }: Answer, expected: string | undefined): Digest {
  const digest = sha256(body);
  if (expected === undefined || expected === digest) return digest;
  throw new RegistryError(
    "DIGEST_MISMATCH",
    `${url.host}${url.pathname} has digest ${digest}, not ${expected}`,
    {
      remedy:
        "the registry, or something in between, altered the content: do not use it before that is explained",
    },
  );
}
