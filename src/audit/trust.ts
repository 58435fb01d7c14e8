import type { KeyObject } from "node:crypto";
import { type Judged, passed, refused } from "../refusal.ts";
import { AuditError } from "./error.ts";
import { CHECKPOINT_FILE, KEY_FILE } from "./recovery.ts";
import { parsePublicKey } from "./signer.ts";
import type { LogFiles } from "./store/index.ts";
import {
  type CheckpointProblem,
  claimedOrigin,
  type SignedCheckpoint,
  verifyCheckpoint,
} from "./tlog/checkpoint.ts";
import { MAX_NOTE_BYTES } from "./tlog/note.ts";
import { parseVerifierKey, type VerifierKey, verifierKey } from "./tlog/verifier-key.ts";

/** Who may have signed the log. Without an origin, it may be a log of any name. */
export interface LogTrust {
  readonly publicKey: KeyObject;
  readonly origin?: string | undefined;
}

/** More than either form of a key takes. */
const MAX_KEY_BYTES = 4096;

/** A verifier key, which also says the name of the log, or a public key in PEM. `from` is for messages. */
export function parseTrustedKey(text: string, from: string): LogTrust {
  if (text.includes("-----BEGIN")) return { publicKey: parsePublicKey(text, from) };
  const key = parseVerifierKey(text.replace(/\n$/, ""));
  if (key !== undefined) return { publicKey: key.publicKey, origin: key.name };
  throw new AuditError("MALFORMED_KEY", `${from} is neither a verifier key nor a PEM public key`, {
    remedy: "give one of the public files that `sluice keygen audit` wrote",
  });
}

/** The key that lies beside the log. It shows that the log is consistent with itself, and no more. */
export async function readOwnKey(files: LogFiles): Promise<LogTrust> {
  const bytes = await files.read(KEY_FILE, MAX_KEY_BYTES);
  if (bytes !== undefined) return parseTrustedKey(Buffer.from(bytes).toString(), KEY_FILE);
  throw new AuditError("NOT_A_LOG", `there is no ${KEY_FILE} in the folder`, {
    remedy: "name the folder of an audit log; where its key is kept elsewhere, give that as well",
  });
}

/** A log as far as its checkpoint says: what is under it is yet to be read. */
export interface OpenedLog {
  readonly checkpoint: SignedCheckpoint;
  /** The key that signed it, under the name of the log. */
  readonly key: VerifierKey;
}

/** The log's checkpoint, if it is signed by whom the caller trusts. Throws NOT_A_LOG where there is none. */
export async function openCheckpoint(
  files: LogFiles,
  trust: LogTrust,
): Promise<Judged<OpenedLog, CheckpointProblem>> {
  const bytes = await files.read(CHECKPOINT_FILE, MAX_NOTE_BYTES);
  if (bytes === undefined) {
    throw new AuditError("NOT_A_LOG", "there is no checkpoint", {
      remedy: "name the folder of an audit log",
    });
  }
  const origin = trust.origin ?? claimedOrigin(bytes);
  if (origin === undefined) return problem("MALFORMED_CHECKPOINT", CHECKPOINT_FILE);
  const key = verifierKey(origin, trust.publicKey);
  const checkpoint = judgeCheckpoint(bytes, key, CHECKPOINT_FILE);
  return checkpoint.ok ? passed({ checkpoint: checkpoint.value, key }) : checkpoint;
}

export function judgeCheckpoint(
  bytes: Uint8Array,
  key: VerifierKey,
  subject: string,
): Judged<SignedCheckpoint, CheckpointProblem> {
  const checkpoint = verifyCheckpoint(bytes, key);
  return typeof checkpoint === "object" ? passed(checkpoint) : problem(checkpoint, subject);
}

const MESSAGES: Readonly<Record<CheckpointProblem, string>> = {
  MALFORMED_CHECKPOINT: "it is not a signed checkpoint",
  WRONG_ORIGIN: "it is the checkpoint of another log",
  UNVERIFIED_CHECKPOINT: "the key did not sign it as it is",
};

function problem(
  code: CheckpointProblem,
  subject: string,
): Extract<Judged<never, CheckpointProblem>, { ok: false }> {
  return refused({ code, subject, message: MESSAGES[code], remedy: "" });
}
