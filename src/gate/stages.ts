import type { Cell } from "../cell/index.ts";
import type { Registry } from "../oci/index.ts";
import type { PolicyEngine } from "../policy/index.ts";

/** What the stages work with; none of it holds a verdict. */
export interface Stages {
  readonly cell: Pick<Cell, "buildKustomization">;
  readonly policies: Pick<PolicyEngine, "evaluate">;
  readonly registry: Registry;
  /** Where fetched git objects are kept. */
  readonly gitDir: string;
  /** Milliseconds since the epoch; read once for each decision. */
  readonly now: () => number;
}
