/**
 * How Node is started in the image: for a process that runs for weeks within a memory limit. The heap grows by a
 * third of what lives in it instead of by multiples, and the young generation stays small.
 */
export const NODE_FLAGS: readonly string[] = ["--max-semi-space-size=2", "--heap-growing-percent=30"];

/** Without a limit, glibc keeps freed memory in an arena of its own for each of many threads. */
export const MALLOC_ENV = { MALLOC_ARENA_MAX: "1" };
