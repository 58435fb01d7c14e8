import type { ClusterTarget } from "../../apply/cluster/index.ts";
import { showRef } from "../../apply/cluster/refs.ts";
import type { Admission, ApplyReport } from "../../apply/index.ts";
import { KubeError, type KubeErrorCode } from "../../kube/index.ts";
import type { LogPosition, Recorded } from "../../verified.ts";
import type { GateTarget, TargetHealth } from "./guarded-target.ts";

export interface Bounds {
  /** Milliseconds that one call may take: a cluster that answers slowly, or never, holds nobody up for longer. */
  readonly within: number;
  /** Whether the cluster is one that a gate's kubeconfig names. */
  readonly remote: boolean;
}

/** The ways not to get to an API server. */
const UNCONNECTED: ReadonlySet<KubeErrorCode> = new Set(["UNREACHABLE", "TIMEOUT", "PROTOCOL"]);

/** A cluster, of which every call ends in time. What was sent by then may have been done; all of it is safe to repeat. */
export class BoundedTarget implements GateTarget {
  readonly #open: (signal: AbortSignal) => ClusterTarget;
  readonly #bounds: Bounds;

  constructor(open: (signal: AbortSignal) => ClusterTarget, bounds: Bounds) {
    this.#open = open;
    this.#bounds = bounds;
  }

  apply(admission: Recorded<Admission>): Promise<ApplyReport> {
    return this.#call((target) => target.apply(admission));
  }

  holds(admission: Recorded<Admission>): Promise<boolean> {
    return this.#call((target) => target.holds(admission));
  }

  isIntact(entry: LogPosition): Promise<boolean> {
    return this.#call((target) => target.isIntact(entry));
  }

  currentEntry(): Promise<LogPosition | undefined> {
    return this.#call((target) => target.currentEntry());
  }

  health(): Promise<TargetHealth | undefined> {
    return this.#call((target) => target.health());
  }

  drifted(): Promise<readonly string[]> {
    return this.#call(async (target) => (await target.drifted()).map(showRef));
  }

  remove(policy: "prune" | "orphan"): Promise<readonly string[]> {
    return this.#call((target) => target.remove(policy));
  }

  /**
   * Whoever writes a kubeconfig chooses where the controller connects to: that a port is closed, or who answers there, is
   * not for them to learn.
   */
  async #call<T>(ask: (target: ClusterTarget) => Promise<T>): Promise<T> {
    const { within, remote } = this.#bounds;
    try {
      return await ask(this.#open(AbortSignal.timeout(within)));
    } catch (cause) {
      if (!remote || !(cause instanceof KubeError) || !UNCONNECTED.has(cause.code)) throw cause;
      throw new KubeError("UNREACHABLE", "the cluster of the gate's kubeconfig cannot be reached", {
        remedy: "see to its address, its certificate and the network; the controller's log has the cause",
        cause,
      });
    }
  }
}
