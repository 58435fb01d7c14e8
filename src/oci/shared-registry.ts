import { type Digest, isDigest } from "../digest.ts";
import { type MonotonicClock, SharedAnswers } from "../shared-answers.ts";
import { RegistryError } from "./error.ts";
import type { Descriptor, StoredManifest } from "./manifest.ts";
import { formatRepository, type Repository } from "./reference.ts";
import type { Registry } from "./registry.ts";

/** Of referrers, as JSON: some hundred, more than an image may have. A longer list is for whoever asked alone. */
const MAX_SHARED_CHARACTERS = 64 * 1024;

/**
 * A registry for many who ask about the same images at the same time: which digest a tag stands for, and what refers to
 * a digest, is asked once for all of them. It holds what the registry said, and no verdict, and no content: what has a
 * digest is in the registry's own cache.
 */
export class SharedRegistry {
  readonly #registry: Registry;
  readonly #tags: SharedAnswers<Digest | undefined>;
  /** Undefined where the list is too long to be kept. */
  readonly #referrers: SharedAnswers<readonly Descriptor[] | undefined>;

  constructor(registry: Registry, clock: MonotonicClock) {
    this.#registry = registry;
    this.#tags = new SharedAnswers(clock);
    this.#referrers = new SharedAnswers(clock);
  }

  /**
   * What it says at that moment of the clock, or later. No question for several ends with the signal of one of them: it
   * has the registry's own deadline, and whoever is out of time begins no other.
   */
  since(moment: number): Registry {
    return {
      fetchManifest: async (repository, reference, signal) => {
        if (isDigest(reference)) return this.#registry.fetchManifest(repository, reference, signal);
        expectTime(signal);
        return this.#fetchTagged(repository, reference, moment, signal);
      },
      fetchReferrers: async (repository, subject, signal) => {
        expectTime(signal);
        return this.#fetchReferrers(repository, subject, moment, signal);
      },
      fetchBlob: (...asked) => this.#registry.fetchBlob(...asked),
    };
  }

  async #fetchTagged(
    repository: Repository,
    tag: string,
    moment: number,
    signal: AbortSignal | undefined,
  ): Promise<StoredManifest | undefined> {
    const ask = async () => (await this.#registry.fetchManifest(repository, tag))?.digest;
    const digest = await this.#tags.get(questionOf(repository, tag), moment, ask);
    return digest && this.#registry.fetchManifest(repository, digest, signal);
  }

  async #fetchReferrers(
    repository: Repository,
    subject: Digest,
    moment: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly Descriptor[]> {
    let own: readonly Descriptor[] | undefined;
    const ask = async () => {
      own = await this.#registry.fetchReferrers(repository, subject);
      return JSON.stringify(own).length > MAX_SHARED_CHARACTERS ? undefined : own;
    };
    const shared = await this.#referrers.get(questionOf(repository, subject), moment, ask);
    return shared ?? own ?? this.#registry.fetchReferrers(repository, subject, signal);
  }
}

function questionOf(repository: Repository, about: string): string {
  return JSON.stringify([formatRepository(repository), about]);
}

function expectTime(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RegistryError("TIMEOUT", "the registry did not answer in time");
}
