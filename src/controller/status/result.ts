import type { Decision } from "../../gate/index.ts";
import type { Recorded } from "../../verified.ts";
import type { GateFault } from "../fault.ts";

/** Whether what was applied works. */
export interface GateHealth {
  readonly status: "Current" | "InProgress" | "Failed";
  readonly message: string;
  /** Whether the gate waits for it: if not, it is told, and changes nothing else. */
  readonly required: boolean;
}

/** What one run of a gate came to. */
export type GateResult =
  | {
      readonly kind: "reconciled";
      readonly decision: Recorded<Decision>;
      /** Undefined for a denial, and for targets in which nothing runs. */
      readonly health: GateHealth | undefined;
      /** Objects that are not as they were applied, where that is told and not put back. */
      readonly drifted: readonly string[];
    }
  | { readonly kind: "fault"; readonly fault: GateFault }
  | { readonly kind: "suspended" }
  /** For these gates of the same namespace to be ready. */
  | { readonly kind: "waiting"; readonly on: readonly string[] };
