import type { Digest } from "../digest.ts";
import type { LogPosition } from "../verified.ts";
import type { Anchor } from "./anchor.ts";
import { readEntries, type StoredEntry } from "./entries.ts";
import { AuditError } from "./error.ts";
import { requireEvidence, writeEvidence } from "./evidence.ts";
import { equalHashes, rootOf, TILE_WIDTH, toHex } from "./merkle/index.ts";
import { type LogPlace, type LogState, publish, recover } from "./recovery.ts";
import type { Signer } from "./signer.ts";
import { type LogIdentity, verifyEntry } from "./statement/index.ts";
import type { LogStore } from "./store/index.ts";
import { type Growth, growTail, obsoletePartials } from "./tail.ts";
import { MAX_ENTRY_BYTES } from "./tlog/bundle.ts";
import { type SignedCheckpoint, signCheckpoint } from "./tlog/checkpoint.ts";
import { type VerifierKey, verifierKey } from "./tlog/verifier-key.ts";

export interface AuditLogOptions {
  readonly store: LogStore;
  readonly signer: Signer;
  /** The name of the log, and of its key: a URL without scheme, such as `bank.example/audit/prod`. */
  readonly origin: string;
  /** Without one, a log that is put back to an earlier state of itself is taken for what it was. */
  readonly anchor?: Anchor | undefined;
}

/**
 * The writer of an audit log. Calls may overlap; they are carried out one after the other. An entry is in
 * the log, durably and signed for, when `append` resolves.
 */
export class AuditLog implements LogIdentity {
  readonly origin: string;
  readonly signer: Signer;
  /** What verifies this log: to be handed to whoever reads it. */
  readonly key: VerifierKey;
  readonly #store: LogStore;
  readonly #place: LogPlace;
  readonly #release: () => Promise<void>;
  /** Undefined while it is not known what is on disk: after an append that failed. */
  #state: LogState | undefined;
  #checkpoint: SignedCheckpoint;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;
  #closing: Promise<void> | undefined;

  private constructor(options: AuditLogOptions, release: () => Promise<void>, state: LogState) {
    this.origin = options.origin;
    this.signer = options.signer;
    this.key = verifierKey(options.origin, options.signer.publicKey);
    this.#store = options.store;
    this.#place = options;
    this.#release = release;
    this.#state = state;
    this.#checkpoint = state.checkpoint;
  }

  /**
   * Opens the log, or begins one where there is nothing yet. Throws LOCKED while somebody else writes to
   * it, WRONG_ORIGIN for another log, TAMPERED when its end is not what was signed, and ROLLED_BACK when it
   * does not continue its anchor.
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const release = await options.store.lock();
    try {
      const state = await recover(options, options);
      const log = new AuditLog(options, release, state);
      await log.#dropObsolete(state.checkpoint.size);
      return log;
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** The last checkpoint that is known to be durable. */
  get checkpoint(): SignedCheckpoint {
    return this.#checkpoint;
  }

  get size(): number {
    return this.#checkpoint.size;
  }

  /**
   * Appends an entry made with `sealDecision` or `sealOutcome`. Throws ENTRY_TOO_LARGE, MALFORMED_ENTRY (what
   * is in a log cannot be taken out again, so what would spoil it does not get in), NOT_RECORDED or IN_DOUBT.
   */
  append(entry: Uint8Array): Promise<LogPosition> {
    return this.#exclusive(() => this.#append(entry));
  }

  /** Stores evidence, durable when it resolves: before the entry that names it. */
  putEvidence(bytes: Uint8Array): Promise<Digest> {
    return this.#exclusive(() => writeEvidence(this.#store, bytes));
  }

  /** Throws EVIDENCE_MISSING or EVIDENCE_MISMATCH. */
  readEvidence(digest: Digest): Promise<Uint8Array> {
    return requireEvidence(this.#store, digest);
  }

  /**
   * The entries from `from` to the end as it is now, after an append in doubt as well. Each is shown to be
   * under the signed root before it is given; throws TAMPERED where one is not.
   */
  async *entries(from = 0): AsyncGenerator<StoredEntry> {
    const { checkpoint } = await this.#exclusive(() => this.#known());
    yield* readEntries(this.#store, from, checkpoint);
  }

  /** Waits for what was begun, and lets another writer in. */
  close(): Promise<void> {
    this.#closing ??= this.#exclusive(() => {
      this.#closed = true;
      return this.#release();
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #append(entry: Uint8Array): Promise<LogPosition> {
    this.#check(entry);
    const { tail } = await this.#known();
    const growth = growTail(tail, entry);
    const checkpoint = await this.#prepare(growth);
    await this.#publish({ checkpoint, tail: growth.tail });
    if (checkpoint.size % TILE_WIDTH === 0) await this.#dropObsolete(checkpoint.size);
    return { index: checkpoint.size - 1, leafHash: toHex(growth.leaf) };
  }

  #check(entry: Uint8Array): void {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw new AuditError("ENTRY_TOO_LARGE", `an entry of ${entry.length} bytes (limit ${MAX_ENTRY_BYTES})`);
    }
    const verified = verifyEntry(entry, this.key);
    if (verified.ok) return;
    const [{ code, message }] = verified.refusals;
    throw new AuditError("MALFORMED_ENTRY", `${code}: ${message}`);
  }

  /** All that the next checkpoint stands for, durable before it; until then nobody reads any of it. */
  async #prepare({ tail, files }: Growth): Promise<SignedCheckpoint> {
    try {
      for (const { path, bytes } of files) await this.#store.write(path, bytes);
      const head = { size: tail.frontier.size, root: rootOf(tail.frontier) };
      return await signCheckpoint({ origin: this.origin, ...head }, this.signer);
    } catch (cause) {
      throw failed("NOT_RECORDED", "the entry could not be written; it is not in the log", cause);
    }
  }

  async #publish(state: LogState): Promise<void> {
    this.#state = undefined;
    try {
      await publish(this.#place, state.checkpoint);
    } catch (cause) {
      throw failed("IN_DOUBT", "the entry was written, but perhaps not signed for", cause);
    }
    this.#state = state;
    this.#checkpoint = state.checkpoint;
  }

  /** After an append that failed, what is on disk decides how it ended, as after a crash. */
  async #known(): Promise<LogState> {
    if (this.#state !== undefined) return this.#state;
    const state = await recover(this.#place, this);
    if (!continues(state.checkpoint, this.#checkpoint)) {
      throw new AuditError("TAMPERED", "the log is not what it was when this process last wrote to it");
    }
    this.#state = state;
    this.#checkpoint = state.checkpoint;
    return state;
  }

  /** The full tiles have it all, so failing to remove the partial ones is not worth failing for. */
  async #dropObsolete(size: number): Promise<void> {
    try {
      for (const folder of obsoletePartials(size)) await this.#store.removeFolder(folder);
    } catch {
      // The next opening tries again.
    }
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#closed) throw new AuditError("CLOSED", "the log was closed");
      return task();
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

/** One entry at most is in doubt: what is found is the log as it was known, or with that entry. */
function continues(found: SignedCheckpoint, known: SignedCheckpoint): boolean {
  return found.size === known.size ? equalHashes(found.root, known.root) : found.size === known.size + 1;
}

function failed(code: "NOT_RECORDED" | "IN_DOUBT", message: string, cause: unknown): AuditError {
  const remedy = cause instanceof AuditError ? cause.remedy : "";
  const reason = cause instanceof Error ? cause.message : "unknown error";
  return new AuditError(code, `${message}: ${reason}`, { cause, remedy });
}
