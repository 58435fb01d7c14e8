/** Of git's wire protocol, as the server's first answer shows it. */
export type ProtocolVersion = 0 | 2;

/**
 * A way to `git-upload-pack` for one repository. Limits of silence and time, the addresses and the credentials are its
 * own matter; what is said over it is that of {@link Remote}. Every answer ends with a flush packet and after it with
 * the iteration; one that breaks off before is thrown, or ends without the packet. Throws GitError.
 */
export interface Transport {
  /** The repository, without credentials: for messages, and for where its objects are kept. */
  readonly url: string;
  /** What upload-pack says unasked: its capabilities (protocol 2), or all its refs (protocol 0). */
  advertisement(): AsyncIterable<Uint8Array>;
  /** Sends one request, and gives its answer as it arrives. One at a time, after the advertisement was read. */
  ask(request: Uint8Array, version: ProtocolVersion): AsyncIterable<Uint8Array>;
  /** Lets go of whatever is open. Nothing can be asked afterwards. */
  close(): void;
}
