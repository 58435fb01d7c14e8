const KiB = 1024;
const MiB = 1024 * KiB;

/** The least a registry must take (distribution spec 1.1, "Pushing Manifests"); many take no more. */
export const MAX_MANIFEST_BYTES = 4 * MiB;
/** A token answer is a few KiB; the largest tokens seen are about 8. */
export const MAX_TOKEN_RESPONSE_BYTES = 64 * KiB;
export const MAX_TOKEN_CHARACTERS = 16 * KiB;
/** Only the first part of an error page is read, to name the registry's own error code. */
export const MAX_ERROR_BYTES = 16 * KiB;
export const MAX_CHALLENGE_CHARACTERS = 8 * KiB;
/** One hop to blob storage is usual, a second to a regional bucket is seen. */
export const MAX_REDIRECTS = 4;
export const MAX_REFERRER_PAGES = 10;
/** Signatures, attestations and SBOMs of one image together; ten thousand are an attack. */
export const MAX_REFERRERS = 500;
/** For one manifest, blob or list of referrers: redirects, logins, retries and the body together. */
export const MAX_OPERATION_MS = 30_000;
export const MAX_ATTEMPTS = 4;
export const FIRST_BACKOFF_MS = 200;
/** A registry that asks for a longer pause is given up on; the gate's own interval tries again. */
export const MAX_BACKOFF_MS = 5_000;
