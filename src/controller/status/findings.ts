import { unreachable } from "../../fault.ts";
import type { GateHistory, PastDecision } from "../../gate/index.ts";
import type { GateFault } from "../fault.ts";
import type { Finding, Findings } from "./conditions.ts";
import type { GateResult } from "./result.ts";
import { shortOid, toLine, toReason } from "./texts.ts";

/** Objects that are named, of those that somebody changed. */
const MAX_DRIFTED = 10;

type Looked = Pick<Extract<GateResult, { kind: "reconciled" }>, "health" | "drifted">;

/** What each condition says after a run. What is not named stays as it was, or goes where it does not last. */
export function findingsOf(result: GateResult, history: GateHistory): Findings {
  switch (result.kind) {
    case "suspended":
      return { Ready: unknown("Suspended", "suspended: nothing is judged and nothing applied") };
    case "waiting": {
      const message = toLine(`waits for ${result.on.join(", ")} to be ready`);
      return { Ready: no("DependencyNotReady", message), Reconciling: yes("DependencyNotReady", message) };
    }
    case "fault":
      return ofFault(result.fault, history);
    case "reconciled":
      return result.decision.verdict === "admit"
        ? ofAdmission(history, result)
        : ofDenial(history, result.decision.reasons[0].stage, result.drifted);
    default:
      return unreachable(result);
  }
}

/** From the record and not from the run: the same decision, looked at again, reads the same. */
function ofAdmission({ lastAdmit }: GateHistory, { health, drifted }: Looked): Findings {
  if (lastAdmit === undefined) return {};
  const judged = { ...judgedPassed(lastAdmit), Applied: appliedFrom(lastAdmit, drifted) };
  if (health === undefined) return { ...judged, Ready: readyAt(lastAdmit) };
  const message = toLine(health.message);
  switch (health.status) {
    case "Current":
      return { ...judged, Healthy: yes("Healthy", message), Ready: readyAt(lastAdmit) };
    case "InProgress": {
      const Healthy = unknown("InProgress", message);
      if (!health.required) return { ...judged, Healthy, Ready: readyAt(lastAdmit) };
      return {
        ...judged,
        Healthy,
        Ready: unknown("InProgress", message),
        Reconciling: yes("InProgress", message),
      };
    }
    case "Failed": {
      const Healthy = no("Unhealthy", message);
      if (!health.required) return { ...judged, Healthy, Ready: readyAt(lastAdmit) };
      return { ...judged, Healthy, Ready: no("Unhealthy", message), Stalled: yes("Unhealthy", message) };
    }
    default:
      return unreachable(health.status);
  }
}

function ofDenial({ last, lastAdmit }: GateHistory, stage: string, drifted: readonly string[]): Findings {
  const [first] = last?.decision.reasons ?? [];
  if (last === undefined || first === undefined) return {};
  const { source, reasonCount } = last.decision;
  const more = reasonCount > 1 ? ` (and ${reasonCount - 1} more)` : "";
  const words = [`${first.subject}: ${first.message}`, first.remedy].filter((text) => text !== "");
  const reason = toReason(first.code);
  const message = `commit ${shortOid(source.revision)} refused: ${words.map(toLine).join("; ")}${more}`;
  const unverified = stage === "fetch" || stage === "verify";
  return {
    Verified: unverified ? no(reason, message) : verifiedAs(last),
    Admitted: no(reason, message),
    Applied:
      lastAdmit?.outcome === undefined || lastAdmit.outcome === "removed"
        ? no("NothingApplied", "no change was admitted and applied yet")
        : appliedFrom(lastAdmit, drifted),
    Ready: no(reason, message),
    Stalled: yes(reason, message),
  };
}

function ofFault(fault: GateFault, { lastAdmit }: GateHistory): Findings {
  const reason = toReason(fault.code);
  const message = [fault.message, fault.remedy]
    .filter((text) => text !== "")
    .map(toLine)
    .join("; ");
  const ending: Findings = {
    Ready: no(reason, message),
    ...(fault.lasting ? { Stalled: yes(reason, message) } : { Reconciling: yes(reason, message) }),
  };
  switch (fault.area) {
    case "configuration": // closed: without what it names, the gate lets nothing through
      return { ...ending, Verified: no(reason, message), Admitted: no(reason, message) };
    case "source":
      return { ...ending, Verified: unknown(reason, message), Admitted: unknown(reason, message) };
    case "log":
      return { ...ending, Admitted: unknown(reason, message) };
    case "target": {
      const pending = lastAdmit !== undefined && lastAdmit.outcome === undefined;
      if (!pending) return { ...ending, Applied: unknown(reason, message) };
      return { ...ending, ...judgedPassed(lastAdmit), Applied: no(reason, message) };
    }
    default:
      return unreachable(fault.area);
  }
}

function judgedPassed(past: PastDecision): Findings {
  const message = `commit ${shortOid(past.decision.source.revision)} admitted, entry ${past.entry.index} of the audit log`;
  return { Verified: verifiedAs(past), Admitted: yes("Admitted", message) };
}

function verifiedAs({ decision: { source, signers } }: PastDecision): Finding {
  const names = [...new Set(signers.map(({ name }) => name))];
  const by = names.length === 0 ? "" : `, signed by ${names.join(", ")}`;
  return yes("Verified", toLine(`commit ${shortOid(source.revision)}${by}`));
}

function appliedFrom({ decision, entry }: PastDecision, drifted: readonly string[]): Finding {
  const message = `commit ${shortOid(decision.source.revision)} applied, as entry ${entry.index} admits`;
  return yes("Applied", toLine(`${message}${describeDrifted(drifted)}`));
}

/** In one order, so that the same objects read the same. */
function describeDrifted(drifted: readonly string[]): string {
  if (drifted.length === 0) return "";
  const named = drifted.toSorted().slice(0, MAX_DRIFTED);
  const more = drifted.length > named.length ? ` (and ${drifted.length - named.length} more)` : "";
  return `; changed since, and left so: ${named.join(", ")}${more}`;
}

function readyAt({ decision }: PastDecision): Finding {
  return yes("Reconciled", `commit ${shortOid(decision.source.revision)} is in place`);
}

function yes(reason: string, message: string): Finding {
  return { status: "True", reason, message };
}

function no(reason: string, message: string): Finding {
  return { status: "False", reason, message };
}

function unknown(reason: string, message: string): Finding {
  return { status: "Unknown", reason, message };
}
