import { AuditError, type LogStore, MemoryStore } from "../../src/audit/index.ts";

/** `before` the bytes are there, `after` they are, or for want of space. */
export type Moment = "before" | "after" | "ENOSPC";

/** A log in memory whose writes can be made to fail, each in every way that a disk has. */
export class FaultyStore extends MemoryStore implements LogStore {
  /** The paths of all writes so far, also of those that failed. */
  readonly writes: string[] = [];
  /** The path of the write that was made to fail. */
  failed: string | undefined;
  #fault: { readonly moment: Moment; readonly matches: (path: string, index: number) => boolean } | undefined;

  /** Makes one write fail: the next to a path that begins so, or the one with that number, counted from here. */
  failOnce(moment: Moment, which: string | number): void {
    const first = this.writes.length;
    const matches = (path: string, index: number): boolean =>
      typeof which === "string" ? path.startsWith(which) : index - first === which;
    this.#fault = { moment, matches };
    this.failed = undefined;
  }

  override async write(path: string, bytes: Uint8Array): Promise<void> {
    const index = this.writes.push(path) - 1;
    const fault = this.#fault?.matches(path, index) === true ? this.#fault : undefined;
    if (fault === undefined || fault.moment === "after") await super.write(path, bytes);
    if (fault === undefined) return;
    this.#fault = undefined;
    this.failed = path;
    const code = fault.moment === "ENOSPC" ? "ENOSPC" : "EIO";
    throw new AuditError("UNWRITABLE", `cannot write ${path} (${code})`);
  }
}
