import { showRef } from "../../apply/cluster/refs.ts";
import { toReason } from "../../controller/status/texts.ts";
import { shortOid } from "../decision-view.ts";
import { type Io, printable } from "../io.ts";
import { ageOf } from "./ages.ts";
import { auditCommand, decidingEntry, describeStage, type Explanation, nextSteps } from "./explanation.ts";
import type { GateState } from "./gate-state.ts";

/** More than a screen of one cause says nothing new. */
const MAX_UNHEALTHY = 10;
const LABEL_WIDTH = 13;

/** Prints an explanation for a person: how it is, why, what still runs, and what to do next. */
export function printExplanation(io: Io, explanation: Explanation, now: number): void {
  const { state, waitsFor, unhealthy, unseen } = explanation;
  printHeadline(io, state);
  const told = (label: string, text: string): void =>
    io.line(`  ${io.colors.dim(label.padEnd(LABEL_WIDTH))}${printable(text)}`);
  printAttempt(io, state, now, told);
  printRunning(state, now, told);
  for (const { gate, reason } of waitsFor) told("waits for", `gate ${gate}: ${reason}`);
  for (const { ref, health, drift } of unhealthy.slice(0, MAX_UNHEALTHY)) {
    told(
      "not healthy",
      `${showRef(ref)}: ${health.status}, ${health.message}${drift === "" ? "" : `; drift: ${drift}`}`,
    );
  }
  if (unhealthy.length > MAX_UNHEALTHY) told("", `and ${unhealthy.length - MAX_UNHEALTHY} more`);
  if (unseen !== "") told("not seen", `what it owns cannot be looked at: ${unseen}`);
  const entry = decidingEntry(state);
  if (entry !== undefined) told("audit log", `entry ${entry.index}: ${auditCommand(entry.index)}`);
  for (const [index, step] of nextSteps(explanation).entries()) told(index === 0 ? "next" : "", step);
}

function printHeadline(io: Io, state: GateState): void {
  const { bold, green, red, yellow } = io.colors;
  const word = state.suspended ? yellow("suspended") : state.ready ? green("ready") : red("not ready");
  io.line(
    `${bold(printable(`${state.namespace}/${state.name}`))}  ${bold(word)}  ${printable(state.reason)}`,
  );
  if (state.deleting) io.line("  it is being deleted");
  if (state.suspended) io.line("  nothing is judged and nothing applied; what runs stays as it is");
  if (state.outdated)
    io.line("  its spec was changed since Sluice last looked; what follows is about the old one");
  if (state.waitingRequest !== undefined) io.line("  it was asked to look again, and has not yet");
}

type Tell = (label: string, text: string) => void;

/** A refusal that is told has its reasons below: the condition would say the first of them again. */
function printAttempt(io: Io, state: GateState, now: number, told: Tell): void {
  const { attempted, refused } = state.status;
  if (attempted !== undefined) {
    told("tried", `commit ${shortOid(attempted.revision)}, ${since(attempted.at, now)}`);
  }
  const toldBelow = refused !== undefined && state.reason === toReason(refused.reasons[0]?.code ?? "");
  if (!state.ready && !state.suspended && !toldBelow) told("because", state.message);
  if (refused === undefined) return;
  const count = `${refused.total} reason${refused.total === 1 ? "" : "s"}`;
  told(
    "refused",
    `commit ${shortOid(refused.revision)} ${describeStage(refused)}, ${since(refused.at, now)}, for ${count}:`,
  );
  const { bold, cyan, dim } = io.colors;
  for (const { code, subject, message, remedy } of refused.reasons) {
    io.line(`    ${bold(printable(code))}  ${printable(subject)}`);
    if (message !== "") io.line(`      ${printable(message)}`);
    if (remedy !== "") io.line(`      ${cyan("→")} ${printable(remedy)}`);
  }
  const more = refused.total - refused.reasons.length;
  if (more > 0) io.line(dim(`    and ${more} more, in the audit log`));
}

function printRunning(
  { status: { applied, admitted, inventory } }: GateState,
  now: number,
  told: Tell,
): void {
  if (applied === undefined) told("runs", "nothing: no change was admitted and applied yet");
  else {
    const count = inventory === undefined ? "" : `, ${inventory.count} objects`;
    told(
      "runs",
      `commit ${shortOid(applied.revision)}, ${since(applied.at, now)}${count}, as entry ${applied.entry.index} admits`,
    );
  }
  if (admitted !== undefined && admitted.revision !== applied?.revision) {
    told(
      "admitted",
      `commit ${shortOid(admitted.revision)}, ${since(admitted.at, now)}, and not applied yet`,
    );
  }
}

function since(at: string, now: number): string {
  return `${ageOf(at, now)} ago`;
}

/** For a machine. */
export function toJson(explanation: Explanation): object {
  const { state, waitsFor, unhealthy, unseen } = explanation;
  const { namespace, name, ready, reason, message, suspended, outdated, deleting, status } = state;
  const entry = decidingEntry(state);
  const { attempted = null, admitted = null, refused = null, applied = null } = status;
  return {
    gate: { namespace, name },
    ready,
    reason,
    message,
    suspended,
    outdated,
    deleting,
    requestPending: state.waitingRequest !== undefined,
    attempted,
    admitted,
    refused,
    applied,
    waitsFor,
    unhealthy: unhealthy.map(({ ref, health, drift }) => ({
      ...ref,
      health,
      drift: drift === "" ? null : drift,
    })),
    unseen: unseen === "" ? null : unseen,
    entry: entry === undefined ? null : { ...entry, command: auditCommand(entry.index) },
    next: nextSteps(explanation),
  };
}
