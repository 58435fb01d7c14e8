import { type Gate, keyOf } from "../../api/index.ts";
import {
  type Decision,
  type GateConfig,
  prepareGate,
  type Reconciled,
  reconcile,
  type Stages,
  selectGates,
} from "../../gate/index.ts";
import { KubeError, type KubeObject } from "../../kube/index.ts";
import type { Recorded } from "../../verified.ts";
import { ControllerError } from "../error.ts";
import type { Next } from "../queue.ts";
import type { GateHealth, GateResult } from "../status/index.ts";
import type { ControllerContext } from "./context.ts";
import { addFinalizer, hasFinalizer } from "./finalizer.ts";
import { statusOnceApplied } from "./gate-status.ts";
import { GuardedTarget } from "./guarded-target.ts";
import { judgeHealth } from "./health.ts";
import { isReady } from "./readiness.ts";
import { resolveGate } from "./resolve.ts";
import { standingOf } from "./standing.ts";
import { fieldsOf } from "./watched.ts";

/** How soon to look again at objects that are on their way; the watch on them asks sooner, as a rule. */
const HEALTH_POLL_MS = 5_000;

/** What a run came to, and when the next one is due. */
export interface Ran {
  readonly result: GateResult;
  readonly next: Next;
  /** Where the flow was run to its end. */
  readonly reconciled?: Reconciled;
}

/** Takes in how soon to try again, as soon as the gate says it: a fault may come at any moment after. */
export type NoteRetry = (within: number) => void;

/** Runs a gate that is not being deleted. Throws what keeps it from an answer. */
export async function runGate(
  gate: KubeObject,
  context: ControllerContext,
  noteRetry: NoteRetry,
): Promise<Ran> {
  if (fieldsOf(gate).suspend) return { result: { kind: "suspended" }, next: { kind: "wait" } };
  const stands = standingOf(gate, context.known);
  const { located, resources } = await resolveGate(gate, context);
  const { spec } = located.resource;
  const { interval, retryInterval } = intervalsOf(spec, context);
  noteRetry(retryInterval);
  const on = notReady(located.resource, context);
  if (on.length > 0) return { result: { kind: "waiting", on }, next: { kind: "later", after: interval } };
  const [config] = selectGates(resources, [keyOf(located.resource)]);
  if (config === undefined) throw new TypeError("a gate that was resolved is among its resources");
  context.targets.check(gate, config.target); // before anything is judged, or the gate held
  return applyGate(gate, config, context, stands);
}

async function applyGate(
  gate: KubeObject,
  config: GateConfig,
  context: ControllerContext,
  stands: () => void,
): Promise<Ran> {
  const { policies, books, stages, acts } = context;
  const prepared = await prepareGate(config, policies);
  await claim(gate, context);
  const timed = timedBy(context);
  const target = new GuardedTarget(await context.targets.open(gate, config.target), async (act) => {
    stands();
    return acts.run(() => timed("apply", act));
  });
  const decided: Stages["decided"] = (decision, { news }) => {
    if (news) context.makeKnown(gate, decision.source.head);
    if (decision.verdict === "admit") expectApplied(gate, config, decision, context);
  };
  const reconciled = await reconcile(prepared, target, books, { ...stages, timed, decided });
  const admitted = reconciled.decision.verdict === "admit";
  const appliedAt = appliedSince(gate, reconciled, context);
  const health = judgeHealth(admitted ? await target.health() : undefined, {
    target: config.target,
    appliedAt,
    now: context.now(),
  });
  const drifted = isReporting(config) ? await target.drifted() : [];
  const result: GateResult = { kind: "reconciled", decision: reconciled.decision, health, drifted };
  const after = pause(intervalsOf(config, context), admitted, health);
  return { result, reconciled, next: { kind: "later", after } };
}

/** Where nothing more has to be asked once the admission is carried out, what the status will say is known before. */
function expectApplied(
  gate: KubeObject,
  config: GateConfig,
  decision: Recorded<Decision>,
  context: ControllerContext,
): void {
  if (config.target.kind !== "cluster" || config.target.wait || isReporting(config)) return;
  const result: GateResult = { kind: "reconciled", decision, health: undefined, drifted: [] };
  const status = () => statusOnceApplied(gate, result, context);
  context.reporter.expect({ gate, entry: decision.entry, status });
}

function isReporting({ target }: GateConfig): boolean {
  return target.kind === "cluster" && target.drift === "Report";
}

interface Intervals {
  readonly interval: number;
  readonly retryInterval: number;
}

/** As the gate asks, but never more often than the installation allows. */
function intervalsOf(
  { interval, retryInterval = interval }: Pick<Gate["spec"], "interval" | "retryInterval">,
  { minInterval }: ControllerContext,
): Intervals {
  return {
    interval: Math.max(interval, minInterval),
    retryInterval: Math.max(retryInterval, minInterval),
  };
}

function pause(
  { interval, retryInterval }: Intervals,
  admitted: boolean,
  health: GateHealth | undefined,
): number {
  if (!admitted) return Math.min(interval, retryInterval);
  if (health?.status === "InProgress") return Math.min(interval, HEALTH_POLL_MS);
  return health?.status === "Failed" ? Math.min(interval, retryInterval) : interval;
}

/** Before anything of it is in the cluster, the gate is kept from vanishing without taking that along. */
async function claim(gate: KubeObject, { client, acts }: ControllerContext): Promise<void> {
  if (hasFinalizer(gate)) return;
  try {
    await acts.run(() => addFinalizer(gate, client));
  } catch (cause) {
    if (!(cause instanceof KubeError) || (cause.code !== "CONFLICT" && cause.code !== "NOT_FOUND"))
      throw cause;
    throw new ControllerError("OUTDATED", "the gate is not any more as it was seen", { cause });
  }
}

/** The gates that it waits for, and that are not ready for the spec that they have now. */
function notReady({ metadata: { namespace }, spec }: Gate, { known }: ControllerContext): string[] {
  const names = spec.dependsOn.map(({ name }) => name);
  return names.filter((name) => {
    const other = known.get("Gate", `${namespace}/${name}`);
    return other === undefined || !isReady(other);
  });
}

/** Since when what stands is applied; milliseconds since the epoch. */
function appliedSince(
  gate: KubeObject,
  { decision }: Reconciled,
  { reporter, now }: ControllerContext,
): number {
  const applied = reporter.statusOf(gate)?.applied;
  return applied?.entry.index === decision.entry.index ? Date.parse(applied.at) : now();
}

function timedBy({ clock, telemetry }: ControllerContext) {
  return async <T>(stage: string, run: () => Promise<T>): Promise<T> => {
    const began = clock.now();
    try {
      return await run();
    } finally {
      telemetry.stage(stage, clock.now() - began);
    }
  };
}
