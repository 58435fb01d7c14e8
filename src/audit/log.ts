import { type Digest, sha256 } from "../digest.ts";
import type { LogPosition } from "../verified.ts";
import type { Anchor } from "./anchor.ts";
import { readEntries, type StoredEntry } from "./entries.ts";
import { AuditError } from "./error.ts";
import { requireEvidence, writeEvidence } from "./evidence.ts";
import { equalHashes, hashLeaf, rootOf, TILE_WIDTH, toHex } from "./merkle/index.ts";
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

/** Entries that came while the log was busy: they are written together, under one checkpoint. */
interface Batch {
  readonly entries: Uint8Array[];
  /** Of each entry, in their order; or none of them was recorded. */
  readonly positions: Promise<readonly LogPosition[]>;
}

/** A longer one would keep the first of it waiting for the last. */
const MAX_BATCH = 64;

/**
 * The writer of an audit log. Calls may overlap; appends are carried out in their order, those that come while one is
 * under way together. An entry is in the log, durably and signed for, when `append` resolves.
 */
export class AuditLog implements LogIdentity {
  readonly origin: string;
  readonly signer: Signer;
  /** What verifies this log: to be handed to whoever reads it. */
  readonly key: VerifierKey;
  readonly #store: LogStore;
  readonly #place: LogPlace;
  readonly #release: () => Promise<void>;
  /** As it is known to be durable. */
  #state: LogState;
  /** What was to be signed for when that failed: it is not known whether it is on disk. */
  #doubtful: SignedCheckpoint | undefined;
  /** Takes further entries until its turn comes. */
  #batch: Batch | undefined;
  /** Evidence that is being written. */
  readonly #evidence = new Map<Digest, Promise<void>>();
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
    return this.#state.checkpoint;
  }

  get size(): number {
    return this.checkpoint.size;
  }

  /**
   * Appends an entry made with `sealDecision` or `sealOutcome`. Throws ENTRY_TOO_LARGE, MALFORMED_ENTRY (what
   * is in a log cannot be taken out again, so what would spoil it does not get in), NOT_RECORDED or IN_DOUBT.
   */
  async append(entry: Uint8Array): Promise<LogPosition> {
    this.#check(entry);
    const { entries, positions } = this.#openBatch();
    const place = entries.push(entry) - 1;
    const position = (await positions)[place];
    if (position === undefined) throw new TypeError("a batch gives each of its entries a position");
    return position;
  }

  /** Stores evidence, durable when it resolves: before the entry that names it. Several at a time, in any order. */
  async putEvidence(bytes: Uint8Array): Promise<Digest> {
    if (this.#closed) throw closed();
    const digest = sha256(bytes);
    const writing = this.#evidence.get(digest) ?? this.#writeEvidence(digest, bytes);
    this.#evidence.set(digest, writing);
    await writing;
    return digest;
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
    if (this.#closed) throw closed();
    const { checkpoint, tail } =
      this.#doubtful === undefined ? this.#state : await this.#exclusive(() => this.#known());
    const first = checkpoint.size - tail.entries.length;
    if (from < first) yield* readEntries(this.#store, from, checkpoint);
    // The root that was signed was made of these very bytes.
    else for (const entry of tail.entries.slice(from - first)) yield toStored(entry, from++);
  }

  /** Waits for what was begun, and lets another writer in. */
  close(): Promise<void> {
    this.#batch = undefined; // what comes from now on comes too late
    this.#closing ??= this.#exclusive(async () => {
      this.#closed = true;
      await Promise.allSettled(this.#evidence.values());
      await this.#release();
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #openBatch(): Batch {
    if (this.#batch !== undefined && this.#batch.entries.length < MAX_BATCH) return this.#batch;
    const entries: Uint8Array[] = [];
    const positions = this.#exclusive(() => {
      if (this.#batch === batch) this.#batch = undefined;
      return this.#append(entries);
    });
    const batch = { entries, positions };
    this.#batch = batch;
    return batch;
  }

  async #append(entries: readonly Uint8Array[]): Promise<LogPosition[]> {
    const { tail, checkpoint: before } = await this.#known();
    const growth = growTail(tail, entries);
    const checkpoint = await this.#prepare(growth);
    await this.#publish({ checkpoint, tail: growth.tail });
    const tiles = ({ size }: SignedCheckpoint) => Math.floor(size / TILE_WIDTH);
    if (tiles(checkpoint) > tiles(before)) await this.#dropObsolete(checkpoint.size);
    return growth.leaves.map((leaf, place) => ({ index: before.size + place, leafHash: toHex(leaf) }));
  }

  async #writeEvidence(digest: Digest, bytes: Uint8Array): Promise<void> {
    try {
      await writeEvidence(this.#store, digest, bytes);
    } finally {
      this.#evidence.delete(digest);
    }
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
      await allWritten(files.map(({ path, bytes }) => this.#store.write(path, bytes)));
      const head = { size: tail.frontier.size, root: rootOf(tail.frontier) };
      return await signCheckpoint({ origin: this.origin, ...head }, this.signer);
    } catch (cause) {
      throw failed("NOT_RECORDED", "the entry could not be written; it is not in the log", cause);
    }
  }

  async #publish(state: LogState): Promise<void> {
    try {
      await publish(this.#place, state.checkpoint);
    } catch (cause) {
      this.#doubtful = state.checkpoint;
      throw failed("IN_DOUBT", "the entry was written, but perhaps not signed for", cause);
    }
    this.#state = state;
  }

  /** After an append that failed, what is on disk decides how it ended, as after a crash. */
  async #known(): Promise<LogState> {
    if (this.#doubtful === undefined) return this.#state;
    const state = await recover(this.#place, this);
    if (![this.checkpoint, this.#doubtful].some((head) => isSame(head, state.checkpoint))) {
      throw new AuditError("TAMPERED", "the log is not what it was when this process last wrote to it");
    }
    this.#state = state;
    this.#doubtful = undefined;
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
      if (this.#closed) throw closed();
      return task();
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function toStored(bytes: Uint8Array, index: number): StoredEntry {
  return { index, leafHash: toHex(hashLeaf(bytes)), bytes };
}

/** Waits for all of them, so that none is still under way when another attempt begins. */
async function allWritten(writes: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(writes);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

function isSame(left: SignedCheckpoint, right: SignedCheckpoint): boolean {
  return left.size === right.size && equalHashes(left.root, right.root);
}

function closed(): AuditError {
  return new AuditError("CLOSED", "the log was closed");
}

function failed(code: "NOT_RECORDED" | "IN_DOUBT", message: string, cause: unknown): AuditError {
  const remedy = cause instanceof AuditError ? cause.remedy : "";
  const reason = cause instanceof Error ? cause.message : "unknown error";
  return new AuditError(code, `${message}: ${reason}`, { cause, remedy });
}
