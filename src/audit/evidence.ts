import { type Digest, sha256 } from "../digest.ts";
import { type Judged, passed, refused } from "../refusal.ts";
import { AuditError } from "./error.ts";
import type { LogFiles, LogStore } from "./store/index.ts";

/** Far more than the evidence of a change of thousands of commits and objects. */
export const MAX_EVIDENCE_BYTES = 64 * 1024 * 1024;

export type EvidenceProblem = "EVIDENCE_MISSING" | "EVIDENCE_MISMATCH";

export function evidencePath(digest: Digest): string {
  return `evidence/${digest.replace(":", "/")}`;
}

/** Durable when it resolves. What is there already, and whole, is not written again. `digest` is that of the bytes. */
export async function writeEvidence(store: LogStore, digest: Digest, bytes: Uint8Array): Promise<void> {
  if (bytes.length > MAX_EVIDENCE_BYTES) {
    throw new AuditError(
      "EVIDENCE_TOO_LARGE",
      `evidence of ${bytes.length} bytes (limit ${MAX_EVIDENCE_BYTES})`,
    );
  }
  const present = await readEvidence(store, digest);
  if (!present.ok) await store.write(evidencePath(digest), bytes);
}

/** The bytes that have this digest, hashed again. */
export async function readEvidence(
  files: LogFiles,
  digest: Digest,
): Promise<Judged<Uint8Array, EvidenceProblem>> {
  const bytes = await files.read(evidencePath(digest), MAX_EVIDENCE_BYTES);
  if (bytes === undefined)
    return problem("EVIDENCE_MISSING", digest, "there is no evidence with this digest");
  if (sha256(bytes) === digest) return passed(bytes);
  return problem("EVIDENCE_MISMATCH", digest, `the evidence with this name hashes to ${sha256(bytes)}`);
}

/** For callers that cannot go on without it. Throws EVIDENCE_MISSING or EVIDENCE_MISMATCH. */
export async function requireEvidence(files: LogFiles, digest: Digest): Promise<Uint8Array> {
  const evidence = await readEvidence(files, digest);
  if (evidence.ok) return evidence.value;
  const [{ code, subject, message, remedy }] = evidence.refusals;
  throw new AuditError(code, `${subject}: ${message}`, { remedy });
}

function problem(
  code: EvidenceProblem,
  subject: string,
  message: string,
): Extract<Judged<never, EvidenceProblem>, { ok: false }> {
  return refused({ code, subject, message, remedy: "restore the evidence from a copy of the log" });
}
