const MiB = 1024 * 1024;

/** A repository folder with more files than this is no kustomization and no policy bundle. */
export const MAX_FILES = 10_000;

/** Larger than any manifest that Kubernetes accepts (etcd takes 1.5 MiB an object), for files with many. */
export const MAX_FILE_BYTES = 16 * MiB;

/** All files of one call together. */
export const MAX_INPUT_BYTES = 64 * MiB;

/** Of a list that is sent in several calls: others get their turn in between, and the instance stays small. */
export const MAX_BATCH_BYTES = 8 * MiB;
export const MAX_BATCH_FILES = 1_000;

/** What an operation may answer: more than any real rendering. */
export const MAX_OUTPUT_BYTES = 64 * MiB;

/** As Linux has it (PATH_MAX). */
export const MAX_PATH_BYTES = 4096;

/** Enough of what a dying instance wrote to tell why it died. */
export const MAX_CAPTURED_BYTES = 16 * 1024;

/** The hard cap on an instance's memory: four times what 500 objects took when measured. */
export const DEFAULT_MEMORY_BYTES = 1024 * MiB;

/** An instance that grew past this is not used again. */
export const RECYCLE_ABOVE_BYTES = 384 * MiB;

/** One call, queueing not counted. */
export const DEFAULT_DEADLINE_MS = 30_000;

/** Reading, decompressing, compiling and initialising; far above the second that it takes on a slow machine. */
export const START_DEADLINE_MS = 60_000;

/** A worker that nobody called for this long is ended: what it holds is more than the rest of a controller. */
export const IDLE_WORKER_MS = 60_000;

/** Room for the deep recursion of parsers, which run on the engine's stack as well as on their own. */
export const WORKER_STACK_MIB = 64;
