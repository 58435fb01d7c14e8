import type { InventoryItem } from "../../apply/cluster/index.ts";
import type { Books, Stages, TargetConfig } from "../../gate/index.ts";
import type { KubeClient, KubeObject } from "../../kube/index.ts";
import type { PolicyEngine } from "../../policy/index.ts";
import type { Acts } from "../acts.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logs.ts";
import type { Telemetry } from "../telemetry.ts";
import type { GateTarget } from "./guarded-target.ts";
import type { Reporter } from "./reporter.ts";
import type { Known } from "./resolve.ts";

export interface Targets {
  /** Throws ResourceError NO_SERVICE_ACCOUNT for a gate that would act as nobody. */
  check(gate: KubeObject, target: TargetConfig): void;
  /** Opens the target of a gate, in each run anew. Throws as `check`, and KubeError where a cluster cannot be used. */
  open(gate: KubeObject, target: TargetConfig): Promise<GateTarget>;
  /** What the gate has applied, and may have to take away again. Throws where that cannot be told. */
  owned(gate: KubeObject): Promise<readonly InventoryItem[]>;
  /** The gate is gone. */
  forget(gate: KubeObject): Promise<void>;
}

/** What every run of every gate works with. */
export interface ControllerContext {
  readonly known: Known;
  readonly client: Pick<KubeClient, "get" | "patch">;
  /** The folder that `rego.path` of a PolicyBundle is below. */
  readonly policiesDir: string;
  readonly books: Books;
  readonly stages: Stages;
  readonly policies: PolicyEngine;
  readonly targets: Targets;
  readonly acts: Acts;
  /** Tells the gates beside this one of a commit that was decided about. */
  makeKnown(gate: KubeObject, revision: string): void;
  readonly reporter: Reporter;
  readonly telemetry: Telemetry;
  readonly log: Logger;
  readonly clock: Clock;
  /** Milliseconds: a gate that asks to be looked at more often is looked at as often. */
  readonly minInterval: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
