export { Cell, type CellOptions, type Kustomization, type RegoBundle, type RegoCompilation } from "./cell.ts";
export { CellError, type CellErrorCode } from "./errors.ts";
export type { Files } from "./frame.ts";
export type { CellProblem, CellProblemCode, CellResult } from "./problems.ts";
export type {
  CheckedRego,
  CompiledRego,
  InspectedRego,
  KubernetesObjects,
  RegoAnnotation,
  TestedRego,
} from "./results.ts";
