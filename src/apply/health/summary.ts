import type { ObjectRef } from "../../kube/index.ts";
import { printable } from "../../text.ts";
import type { HealthStatus, ObjectHealth } from "./compute.ts";

export interface HealthOf {
  readonly object: ObjectRef;
  readonly health: ObjectHealth;
}

/** What a person reads at a glance; `sluice tree` shows them all. */
const MAX_NAMED = 5;

/** The worst first: the whole has the status of its worst part. */
const SEVERITY: readonly Exclude<HealthStatus, "Current">[] = [
  "Failed",
  "Unknown",
  "NotFound",
  "Terminating",
  "InProgress",
];

const WORDS: Readonly<Record<(typeof SEVERITY)[number], string>> = {
  Failed: "has failed",
  Unknown: "cannot be judged",
  NotFound: "does not exist",
  Terminating: "is being deleted",
  InProgress: "is in progress",
};

/** Of all objects together: Current where each is, otherwise the worst there is, and what is not ready, in words. */
export function summarizeHealth(all: readonly HealthOf[]): ObjectHealth {
  const unready = SEVERITY.flatMap((status) =>
    all.filter(({ health }) => health.status === status).map((each) => ({ ...each, words: WORDS[status] })),
  );
  const [worst] = unready;
  if (worst === undefined) return { status: "Current", message: `${count(all.length)} ready` };
  const named = unready.slice(0, MAX_NAMED).map(({ object, health, words }) => {
    const reason = health.message === "" ? "" : ` (${health.message})`;
    return `${nameOf(object)} ${words}${reason}`;
  });
  const rest = unready.length > MAX_NAMED ? [`and ${unready.length - MAX_NAMED} more`] : [];
  return {
    status: worst.health.status,
    message: `${unready.length} of ${count(all.length)} not ready: ${[...named, ...rest].join("; ")}`,
  };
}

function count(objects: number): string {
  return objects === 1 ? "1 object" : `${objects} objects`;
}

/** `Deployment payments/api` */
function nameOf({ kind, namespace, name }: ObjectRef): string {
  return printable(`${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`);
}
