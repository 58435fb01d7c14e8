import { AuditError } from "../error.ts";
import type { LogStore } from "./store.ts";

/** A log in memory: for tests, and wherever nothing needs to last. */
export class MemoryStore implements LogStore {
  readonly files: Map<string, Uint8Array>;
  #locked = false;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.files = new Map(files);
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    return this.files.get(path)?.slice(0, limit + 1);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    this.files.set(path, Uint8Array.from(bytes));
  }

  async removeFolder(path: string): Promise<void> {
    for (const name of this.files.keys()) if (name.startsWith(`${path}/`)) this.files.delete(name);
  }

  async lock(): Promise<() => Promise<void>> {
    if (this.#locked) throw new AuditError("LOCKED", "the log in memory is in use");
    this.#locked = true;
    return async () => {
      this.#locked = false;
    };
  }
}
