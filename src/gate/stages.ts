import type { Cell } from "../cell/index.ts";
import type { Sharing } from "../git/index.ts";
import type { Registry } from "../oci/index.ts";
import type { PolicyEngine } from "../policy/index.ts";
import type { Recorded } from "../verified.ts";
import type { Decision, Stage } from "./decision.ts";

/** Runs a stage, and may look at how long that takes; what it gives or throws is passed on as it is. */
export type TimeStage = <T>(stage: Stage, run: () => Promise<T>) => Promise<T>;

/** What the stages work with; none of it holds a verdict. */
export interface Stages {
  readonly cell: Pick<Cell, "buildKustomization">;
  readonly policies: Pick<PolicyEngine, "evaluate">;
  readonly registry: Registry;
  /** Where fetched git objects are kept. */
  readonly gitDir: string;
  /** Absent where a run fetches for itself alone. */
  readonly sharing?: Sharing | undefined;
  /** Milliseconds since the epoch; read once for each decision. */
  readonly now: () => number;
  readonly timed?: TimeStage | undefined;
  /** Told of the decision about the head as soon as it stands in the log, before anything is applied. */
  readonly decided?: ((decision: Recorded<Decision>, note: { readonly news: boolean }) => void) | undefined;
}
