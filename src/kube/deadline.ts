import { KubeError } from "./error.ts";

/** Waits for as long as the signal lets it; what is waited for may go on, for others. Throws TIMEOUT. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new KubeError("TIMEOUT", "the time for it is over"));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([ended, work]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Aborts with the first of them; undefined where there is none. */
export function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal | undefined {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
}
