import type { GateStatus } from "../../api/index.ts";
import { findCondition } from "../../controller/status/index.ts";
import type { GateState } from "./gate-state.ts";
import type { Owned } from "./owned.ts";

/** Why a gate is as it is. */
export interface Explanation {
  readonly state: GateState;
  /** Gates that it waits for, by `namespace/name`, and why each is not ready; those that are, are left out. */
  readonly waitsFor: readonly Dependency[];
  /** What of its objects does not work; empty where all do, and where nobody had to look. */
  readonly unhealthy: readonly Owned[];
  /** Why its objects could not be looked at; empty where they could, and where nobody had to. */
  readonly unseen: string;
}

export interface Dependency {
  readonly gate: string;
  readonly reason: string;
}

/** Whether the gate's own words are about the health of what runs. */
export function asksForHealth({ status, ready }: GateState): boolean {
  const healthy = findCondition(status, "Healthy");
  return !ready && healthy !== undefined && healthy.status !== "True";
}

/** The stages of the flow, as what they looked at. */
const STAGES: Readonly<Record<NonNullable<GateStatus["refused"]>["stage"], string>> = {
  fetch: "while the history was fetched",
  verify: "when the commits were verified",
  render: "when it was rendered",
  attest: "when its images were verified",
  evaluate: "by policy",
};

export function describeStage({ stage }: NonNullable<GateStatus["refused"]>): string {
  return STAGES[stage];
}

/** The command that shows an entry; where the log is, only the installation knows. */
export function auditCommand(index: number): string {
  return `sluice audit show LOG --index ${index}`;
}

/** The entry of the audit log that the state comes from. */
export function decidingEntry({ status }: GateState): { index: number; leafHash: string } | undefined {
  return (status.refused ?? status.admitted)?.entry;
}

/** What a person can do now, the most pressing first. Commands stand between backquotes. */
export function nextSteps({ state, waitsFor, unhealthy }: Explanation): string[] {
  const gate = `${state.namespace}/${state.name}`;
  if (state.deleting)
    return [
      "wait: Sluice takes away what it applied, as its deletionPolicy says, and then lets go of the gate",
    ];
  if (state.suspended) return [`\`sluice resume ${gate}\` lets it judge and apply again`];
  if (state.reason === "NotSeenYet" || state.outdated || state.waitingRequest !== undefined) {
    return [
      "see whether the controller runs: `kubectl get pods --all-namespaces -l app.kubernetes.io/name=sluice`",
    ];
  }
  if (waitsFor.length > 0) return waitsFor.map(({ gate: other }) => `\`sluice explain ${other}\``);
  if (unhealthy.length > 0)
    return [`\`sluice tree ${gate}\` shows all that it owns`, ...unhealthy.slice(0, 3).map(describeCommand)];
  if (state.ready) return [];
  if (state.status.refused !== undefined) {
    return [
      "mend the change and push it signed: the gate looks again by itself",
      `\`sluice reconcile ${gate} --wait\` has it look now`,
    ];
  }
  return [`when that is mended, \`sluice reconcile ${gate} --wait\` has it look now`];
}

function describeCommand({ ref: { kind, namespace, name } }: Owned): string {
  const place = namespace === undefined ? "" : ` -n ${namespace}`;
  return `\`kubectl${place} describe ${kind.toLowerCase()} ${name}\``;
}
