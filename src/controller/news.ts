import type { Clock } from "./clock.ts";

interface Told {
  readonly revision: string;
  /** When those who follow look, or looked. */
  readonly at: number;
}

export interface NewsOptions {
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds between two tellings of what one source holds. */
  readonly pause: number;
}

/** Sources come and go; what is told twice costs those who follow a look each, no more. */
const MOST_SOURCES = 10_000;

/**
 * When those who follow a source are to look because one of them found a commit there. Each commit is told once, and
 * however fast a source changes, or shows now this and now that, no more often than the pause allows.
 */
export class News {
  readonly #options: NewsOptions;
  readonly #told = new Map<string, Told>();

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  /** In how many milliseconds they are to look; undefined where they did, or are about to. */
  delayOf(source: string, revision: string): number | undefined {
    const now = this.#options.clock.now();
    const before = this.#told.get(source);
    if (before?.revision === revision) return undefined;
    const isDue = before !== undefined && before.at > now; // and then they will see what is newest
    const at = isDue
      ? before.at
      : Math.max(now, (before?.at ?? Number.NEGATIVE_INFINITY) + this.#options.pause);
    if (this.#told.size >= MOST_SOURCES) this.#told.clear();
    this.#told.set(source, { revision, at });
    return isDue ? undefined : at - now;
  }
}
