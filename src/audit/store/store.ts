/** The files of a log, for reading. Paths are relative to the log, with `/` between their parts. */
export interface LogFiles {
  /**
   * The file, or undefined where there is none. Of a file longer than `limit` only `limit + 1` bytes are
   * read: enough for whoever parses it to see that it is too long. Throws UNREADABLE.
   */
  read(path: string, limit: number): Promise<Uint8Array | undefined>;
}

/** Where a log is kept. One caller writes at a time: whoever holds the lock. */
export interface LogStore extends LogFiles {
  /**
   * Creates the file or replaces it. Atomic: a reader, or whoever looks after a crash, finds the old content
   * or the new, never a mixture. Durable when it resolves: content and name outlive a power cut. When it
   * rejects (UNWRITABLE), the new content may be there or not, and may still vanish.
   */
  write(path: string, bytes: Uint8Array): Promise<void>;
  /** Removes a folder with all that is in it, where there is one. Not durable: it may be back after a crash. */
  removeFolder(path: string): Promise<void>;
  /** Claims the log for this writer, until the function it gives is called. Throws LOCKED. */
  lock(): Promise<() => Promise<void>>;
}
