/** How long an answer may be told on, whoever asks: no longer than a slow one takes. */
const MAX_AGE_MS = 5_000;
/** Questions whose answers are kept; those asked before are forgotten first. */
const MAX_ANSWERS = 2_000;

export interface MonotonicClock {
  /** Milliseconds since some moment. */
  now(): number;
}

interface Answer<T> {
  /** When the question was put. */
  readonly began: number;
  readonly value: Promise<T>;
}

/**
 * What a server said, for all who want to know the same at about the same time. Whoever asks says since when they want
 * to know, and is told nothing that was asked for before that. An answer is kept for a moment, so it must be small.
 */
export class SharedAnswers<T> {
  readonly #clock: MonotonicClock;
  readonly #answers = new Map<string, Answer<T>>();

  constructor(clock: MonotonicClock) {
    this.#clock = clock;
  }

  /** Asks, unless there is an answer to a question that was put at `since` or after, and a moment ago. */
  get(question: string, since: number, ask: () => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    for (const [key, { began }] of this.#answers) if (now - began > MAX_AGE_MS) this.#answers.delete(key);
    const known = this.#answers.get(question);
    if (known !== undefined && known.began >= since) return known.value;
    const answer = { began: now, value: ask() };
    this.#answers.delete(question);
    this.#answers.set(question, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest);
    answer.value.catch(() => {
      if (this.#answers.get(question) === answer) this.#answers.delete(question);
    });
    return answer.value;
  }
}
