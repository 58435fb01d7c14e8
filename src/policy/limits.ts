const MiB = 1024 * 1024;

/** For one bundle over one change, and more for each object: the shipped pack takes about a millisecond. */
export const DEFAULT_DEADLINE_MS = 10_000;
export const DEADLINE_PER_OBJECT_MS = 10;

/** Starting a thread; far above the tenth of a second that it takes on a slow machine. */
export const START_DEADLINE_MS = 60_000;

/** Linear memory of one evaluation: the change with its objects, and what the rules make of them. */
export const DEFAULT_MEMORY_BYTES = 256 * MiB;

/** JavaScript's side of a worker: the input as text, and the results. */
export const WORKER_HEAP_MIB = 512;
/** Of that for what is young: an evaluation leaves nothing behind, and need not pile up beside hundreds of others. */
export const WORKER_YOUNG_MIB = 8;

/** Bundles that are evaluated at the same time. */
export const MAX_WORKERS = 4;

/** How long an evaluation waits for a thread that is there before another is started: about what starting one takes. */
export const THREAD_PATIENCE_MS = 50;

/** Reasons that the rules of one bundle may give about one object, or about the change; more help nobody. */
export const MAX_REASONS_PER_INPUT = 500;

/** Reasons that one bundle may give about one change. */
export const MAX_REASONS = 5_000;

/** UTF-16 code units of a message, a path or a remediation; the rest is cut off. */
export const MAX_TEXT = 1_000;
