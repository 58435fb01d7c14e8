import type { Digest } from "../digest.ts";
import { readEntries, type StoredEntry } from "./entries.ts";
import { orTampered } from "./error.ts";
import { requireEvidence } from "./evidence.ts";
import type { LogFiles } from "./store/index.ts";
import type { SignedCheckpoint } from "./tlog/checkpoint.ts";
import { type LogTrust, openCheckpoint } from "./trust.ts";

/**
 * A log as its checkpoint has it, for reading beside the writer: it takes no lock, and what is appended after
 * the checkpoint was read is not seen.
 */
export class AuditLogView {
  readonly checkpoint: SignedCheckpoint;
  readonly #files: LogFiles;

  private constructor(files: LogFiles, checkpoint: SignedCheckpoint) {
    this.#files = files;
    this.checkpoint = checkpoint;
  }

  /** Throws NOT_A_LOG, and TAMPERED where another signed the checkpoint than the caller trusts. */
  static async open(files: LogFiles, trust: LogTrust): Promise<AuditLogView> {
    const { checkpoint } = orTampered(await openCheckpoint(files, trust));
    return new AuditLogView(files, checkpoint);
  }

  /** Each is shown to be under the signed root before it is given; throws TAMPERED where one is not. */
  entries(from = 0): AsyncGenerator<StoredEntry> {
    return readEntries(this.#files, from, this.checkpoint);
  }

  /** Throws EVIDENCE_MISSING or EVIDENCE_MISMATCH. */
  readEvidence(digest: Digest): Promise<Uint8Array> {
    return requireEvidence(this.#files, digest);
  }
}
