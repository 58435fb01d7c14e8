import type { PackageKind } from "./aggregate.ts";
import type { Reason } from "./reasons.ts";
import type { PolicyFaultCode } from "./report.ts";

/** Everything that one evaluation needs; nothing is kept in the worker from one to the next. */
export interface EvaluationRequest {
  readonly module: WebAssembly.Module;
  readonly memoryBytes: number;
  /** The bundle's base data, as JSON text. */
  readonly data: string;
  /** The JSON text of an object: the part of `input` that all evaluations share. */
  readonly shared: string;
  /** The JSON text of each Kubernetes object. */
  readonly objects: readonly string[];
  readonly kinds: readonly PackageKind[];
  /** One number in shared memory, for when the worker has to be ended: the object at work, or one of those below. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

export const NOT_STARTED = -2;
export const CHANGE = -1;

/** What one rule said about one object, or about the change. */
export interface RuleReason extends Reason {
  readonly entrypoint: string;
  /** Index of the object. */
  readonly object: number | undefined;
}

export type EvaluationAnswer =
  | { readonly ok: true; readonly reasons: readonly RuleReason[] }
  | { readonly ok: false; readonly code: PolicyFaultCode; readonly message: string };
