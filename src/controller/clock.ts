/** The longest delay that a Node timer takes; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A clock that never goes back. Its readings mean something beside each other only, and in this process alone. */
export interface Clock {
  /** Milliseconds since some moment in the past. */
  now(): number;
  /** Calls once, after so many milliseconds (24 days at most); the function it gives takes that back. */
  after(ms: number, call: () => void): () => void;
}

export const monotonicClock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(ms, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
