import { isDigest } from "../digest.ts";
import { type MonotonicClock, SharedAnswers } from "../shared-answers.ts";
import { RegistryError } from "./error.ts";
import type { Descriptor, StoredManifest } from "./manifest.ts";
import { formatRepository, type Repository } from "./reference.ts";
import type { Registry } from "./registry.ts";

/**
 * A registry for many who ask about the same images at the same time: what a tag stands for, and what refers to a
 * digest, is asked once for all of them. It holds what the registry said, and no verdict. What has a digest is in the
 * registry's own cache.
 */
export class SharedRegistry {
  readonly #registry: Registry;
  readonly #manifests: SharedAnswers<StoredManifest | undefined>;
  readonly #referrers: SharedAnswers<readonly Descriptor[]>;

  constructor(registry: Registry, clock: MonotonicClock) {
    this.#registry = registry;
    this.#manifests = new SharedAnswers(clock);
    this.#referrers = new SharedAnswers(clock);
  }

  /** What it says at that moment of the clock, or later. No question for several ends with the signal of one of them. */
  since(moment: number): Registry {
    return {
      fetchManifest: (repository, reference, signal) => {
        if (isDigest(reference)) return this.#registry.fetchManifest(repository, reference, signal);
        const ask = () => this.#registry.fetchManifest(repository, reference);
        return beforeEnd(signal, () => this.#manifests.get(questionOf(repository, reference), moment, ask));
      },
      fetchReferrers: (repository, subject, signal) => {
        const ask = () => this.#registry.fetchReferrers(repository, subject);
        return beforeEnd(signal, () => this.#referrers.get(questionOf(repository, subject), moment, ask));
      },
      fetchBlob: (...asked) => this.#registry.fetchBlob(...asked),
    };
  }
}

function questionOf(repository: Repository, about: string): string {
  return JSON.stringify([formatRepository(repository), about]);
}

/** Each question has a deadline of its own: whoever is out of time begins no other. */
async function beforeEnd<T>(signal: AbortSignal | undefined, ask: () => Promise<T>): Promise<T> {
  if (signal?.aborted === true) throw new RegistryError("TIMEOUT", "the registry did not answer in time");
  return ask();
}
