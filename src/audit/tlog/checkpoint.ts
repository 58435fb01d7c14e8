import { HASH_BYTES, type TreeHead } from "../merkle/index.ts";
import type { Signer } from "../signer.ts";
import { parseBase64, toBase64 } from "./base64.ts";
import { isSignedBy, type Note, parseNote, signNote } from "./note.ts";
import type { VerifierKey } from "./verifier-key.ts";

/** A tree head under the name of its log (https://c2sp.org/tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  /** Names the log, and is the name its key signs with: a URL without scheme, such as `example.com/audit`. */
  readonly origin: string;
}

/** A checkpoint whose signature was verified, with the bytes that carry it. */
export interface SignedCheckpoint extends Checkpoint {
  readonly bytes: Uint8Array;
}

export async function signCheckpoint(checkpoint: Checkpoint, signer: Signer): Promise<SignedCheckpoint> {
  const bytes = await signNote(formatCheckpoint(checkpoint), checkpoint.origin, signer);
  return { ...checkpoint, bytes };
}

export type CheckpointProblem =
  | "MALFORMED_CHECKPOINT"
  /** The checkpoint of another log. */
  | "WRONG_ORIGIN"
  /** Not signed by the key, or by the key over another text. */
  | "UNVERIFIED_CHECKPOINT";

/** The name of the log that a checkpoint claims to be of; nothing is verified. */
export function claimedOrigin(bytes: Uint8Array): string | undefined {
  const note = parseNote(bytes);
  return note === undefined ? undefined : parseText(note)?.origin;
}

/** `key` is named after the log whose checkpoint this must be. */
export function verifyCheckpoint(bytes: Uint8Array, key: VerifierKey): SignedCheckpoint | CheckpointProblem {
  const note = parseNote(bytes);
  const checkpoint = note === undefined ? undefined : parseText(note);
  if (note === undefined || checkpoint === undefined) return "MALFORMED_CHECKPOINT";
  if (checkpoint.origin !== key.name) return "WRONG_ORIGIN";
  return isSignedBy(note, key) ? { ...checkpoint, bytes } : "UNVERIFIED_CHECKPOINT";
}

function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * Extension lines are not taken: nobody can audit them, this log writes none, and what would not be written
 * again as it was read is malformed.
 */
function parseText({ text }: Note): Checkpoint | undefined {
  const [origin, sizeText, rootText] = text.split("\n");
  if (origin === undefined || origin === "" || sizeText === undefined || rootText === undefined)
    return undefined;
  const root = parseBase64(rootText);
  const size = /^(0|[1-9]\d{0,15})$/.test(sizeText) ? Number(sizeText) : Number.NaN;
  if (!Number.isSafeInteger(size) || root?.length !== HASH_BYTES) return undefined;
  const checkpoint = { origin, size, root };
  return formatCheckpoint(checkpoint) === text ? checkpoint : undefined;
}
