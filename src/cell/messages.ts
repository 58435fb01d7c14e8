import type { Artifact } from "./artifact.ts";
import type { CellErrorCode } from "./errors.ts";

/** Given to a worker when it starts. */
export interface WorkerSetup {
  readonly memoryBytes: number;
  /** The compiled module of an earlier worker; the first one makes it from the artifact. */
  readonly module: WebAssembly.Module | undefined;
  readonly artifact: Artifact;
}

/** Sent to a worker: one request frame. The worker answers each with one message. */
export type ToWorker = Uint8Array<ArrayBuffer>;

export type FromWorker = ReadyMessage | AnswerMessage | FaultMessage;

interface ReadyMessage {
  readonly kind: "ready";
  readonly module: WebAssembly.Module;
}

interface AnswerMessage {
  readonly kind: "answer";
  readonly frame: Uint8Array<ArrayBuffer>;
  readonly memoryBytes: number;
}

/** A CellError, taken apart: an instance of a class does not survive the way between threads. */
export interface FaultMessage {
  readonly kind: "fault";
  readonly code: CellErrorCode;
  readonly message: string;
  readonly remedy: string;
  /** What its cause said, such as the guest's stack. */
  readonly detail: string;
}
