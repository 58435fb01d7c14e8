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

export type FromWorker =
  | { readonly kind: "ready"; readonly module: WebAssembly.Module }
  | { readonly kind: "answer"; readonly frame: Uint8Array<ArrayBuffer>; readonly memoryBytes: number }
  | {
      readonly kind: "fault";
      readonly code: CellErrorCode;
      readonly message: string;
      readonly remedy: string;
    };
