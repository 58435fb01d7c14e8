const MiB = 1024 * 1024;

/** A page of 500 objects is a few MiB; where objects are larger, the page is made smaller. */
export const MAX_ANSWER_BYTES = 32 * MiB;
/** etcd takes 1.5 MiB for an object; as JSON, and with its managed fields, it is seldom twice that. */
export const MAX_WATCH_LINE_BYTES = 4 * MiB;
/** Of an error's body. A `Status` with a hundred causes is smaller. */
export const MAX_ERROR_BYTES = MiB;
export const MAX_CAUSES = 100;
/** An immutable field's value stands in the message, and what is wrong with it stands behind the value. */
export const MAX_MESSAGE_CHARACTERS = 2_000;
/** Of the tree that says who owns which field: what reads it goes down by recursion. */
export const MAX_FIELDS_DEPTH = 500;
/** What one Secret can hold. */
export const MAX_KUBECONFIG_BYTES = MiB;
export const MAX_TOKEN_BYTES = 64 * 1024;

export const PAGE_SIZE = 500;
/** Of one list. Larger clusters than Kubernetes is made for have fewer objects of one type. */
export const MAX_LIST_ITEMS = 100_000;
export const MAX_LIST_BYTES = 256 * MiB;
/** So many where large objects make the pages small; an API server that has always one more has no end. */
export const MAX_LIST_PAGES = 20_000;
/** etcd forgets after five minutes what the first page was of: a longer list cannot be finished. */
export const LIST_TIMEOUT_MS = 10 * 60_000;
/** What watches may add to a copy before it is listed anew, and so is as large as what there is. */
export const MAX_WATCHED_BYTES = 256 * MiB;
export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECT_TIMEOUT_MS = 10_000;
/** Below the 90 seconds after which the API server closes an idle connection. */
export const KEEP_ALIVE_MS = 60_000;
export const CONNECTIONS = 16;

/** How often one request is sent when the API server asks to come back, or loses the connection. */
export const MAX_TRIES = 3;
/** A server that asks for a longer pause is given up on: to wait that long is the caller's business. */
export const MAX_RETRY_AFTER_MS = 10_000;

/** The kubelet writes a new token when a fifth of the old one's life is left. */
export const TOKEN_AGE_MS = 10_000;

/** An unknown kind causes one look in this time, whoever asks. */
export const DISCOVERY_INTERVAL_MS = 1_000;
