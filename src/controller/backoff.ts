const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 300_000;
/** The share of a wait that is random, so that many gates do not knock at once. */
const JITTER = 0.2;

/** How long to wait after so many faults in a row (at least one): doubling from a second, up to a bound. */
export function backoff(faults: number, longest: number = LONGEST_RETRY_MS): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (faults - 1), longest, LONGEST_RETRY_MS);
}

/** A tenth more or less, as `random` (uniform in [0, 1)) has it. */
export function withJitter(ms: number, random: () => number): number {
  return ms * (1 + JITTER * (random() - 0.5));
}
