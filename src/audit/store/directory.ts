import { randomUUID } from "node:crypto";
import { constants, type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { systemErrorCode } from "../../fault.ts";
import { syncFolder } from "../../sync-folder.ts";
import { AuditError } from "../error.ts";
import { type Claim, claim } from "./claim.ts";
import type { LogFiles, LogStore } from "./store.ts";

// A link in place of a file could lead out of the log, and opening a named pipe would wait for a writer.
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const WRITE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
const FILE_MODE = 0o644;
const LOCK_FOLDER = "lock";

/** A log in a folder, as any static file server can publish it. For readers alone. */
export class DirectoryFiles implements LogFiles {
  protected readonly root: string;

  constructor(root: string) {
    this.root = resolve(root);
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    try {
      const file = await open(join(this.root, path), READ_FLAGS);
      try {
        return await readUpTo(file, limit + 1);
      } finally {
        await file.close();
      }
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw new AuditError("UNREADABLE", `cannot read ${path} (${code ?? "not a file"})`, { cause: error });
    }
  }
}

/** Something that of all processes on all machines one holds at a time, such as a Lease of Kubernetes. */
export interface Lease {
  /** False from before the moment at which another can get it. */
  isHeld(): boolean;
}

export interface DirectoryStoreOptions {
  /**
   * Decides who writes, instead of whose process still runs: on another machine nobody can tell that. Its holder takes the
   * log over, and who was taken over writes no more.
   */
  readonly lease?: Lease | undefined;
}

/** A log in a folder, for its one writer. */
export class DirectoryStore extends DirectoryFiles implements LogStore {
  /** Folders whose own names are known to be durable. */
  readonly #folders = new Set<string>();
  readonly #lease: Lease | undefined;
  readonly #writer = randomUUID();
  #claim: Claim | undefined;

  constructor(root: string, { lease }: DirectoryStoreOptions = {}) {
    super(root);
    this.#lease = lease;
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.root, path);
    // One writer, one name: what a crash leaves behind is overwritten by the next attempt. Under a lease there may be
    // a second for a moment, whose bytes must not be what is renamed.
    const temporary = this.#lease === undefined ? `${target}.tmp` : `${target}.${this.#writer}.tmp`;
    try {
      await this.#makeFolder(dirname(target));
      await writeSynced(temporary, bytes);
      await this.#checkLease();
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (error) {
      throw error instanceof AuditError ? error : unwritable(path, error);
    }
  }

  async removeFolder(path: string): Promise<void> {
    const folder = join(this.root, path);
    this.#folders.delete(folder);
    await rm(folder, { recursive: true, force: true });
  }

  async lock(): Promise<() => Promise<void>> {
    if (this.#lease?.isHeld() === false) throw leaseLost();
    try {
      const claimed = await claim(join(this.root, LOCK_FOLDER), { takeOver: this.#lease !== undefined });
      this.#claim = claimed;
      return () => claimed.release();
    } catch (error) {
      throw error instanceof AuditError ? error : unwritable(LOCK_FOLDER, error);
    }
  }

  /** The last moment at which a writer can see that it is not the writer any more. */
  async #checkLease(): Promise<void> {
    if (this.#lease === undefined) return;
    const stands = this.#claim === undefined || (await this.#claim.stands());
    if (!stands || !this.#lease.isHeld()) throw leaseLost();
  }

  /**
   * Makes a folder and all above it, down from the log, durable: once for this process, since one that
   * crashed may have made them without getting that far.
   */
  async #makeFolder(folder: string): Promise<void> {
    if (this.#folders.has(folder)) return;
    if (folder !== this.root) await this.#makeFolder(dirname(folder));
    const topmost = (await mkdir(folder, { recursive: true })) ?? folder;
    for (let made = folder; made.length >= topmost.length; made = dirname(made))
      await syncFolder(dirname(made));
    this.#folders.add(folder);
  }
}

async function readUpTo(file: FileHandle, limit: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.min(size, limit));
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, WRITE_FLAGS, FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function leaseLost(): AuditError {
  return new AuditError("LEASE_LOST", "another replica may write to the log by now", {
    remedy: "nothing to do: that replica goes on; this one must end",
  });
}

function unwritable(path: string, error: unknown): AuditError {
  const code = systemErrorCode(error) ?? "unknown error";
  const remedy = code === "ENOSPC" ? "free some space on the log's file system" : "";
  return new AuditError("UNWRITABLE", `cannot write ${path} (${code})`, { cause: error, remedy });
}
