export {
  Cell,
  type CellOptions,
  type Kustomization,
  type RegoBundle,
  type RegoCompilation,
  type StatusQuestion,
  type StatusRule,
} from "./cell.ts";
export { CellError, type CellErrorCode } from "./errors.ts";
export type { Files } from "./frame.ts";
export type { CellProblem, CellProblemCode, CellResult } from "./problems.ts";
export type {
  CheckedRego,
  CheckedRules,
  CompiledRego,
  InspectedRego,
  KubernetesObjects,
  ObjectStatus,
  RegoAnnotation,
  TestedRego,
} from "./results.ts";
export { type Sha1Digest, sha1 } from "./sha1.ts";
