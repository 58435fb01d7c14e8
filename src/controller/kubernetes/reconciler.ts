import { AuditError } from "../../audit/index.ts";
import { SharedFetches } from "../../git/index.ts";
import { KubeError, type KubeObject } from "../../kube/index.ts";
import { SharedRegistry } from "../../oci/index.ts";
import { ControllerError } from "../error.ts";
import { toGateFault } from "../fault.ts";
import type { Next } from "../queue.ts";
import type { GateResult } from "../status/index.ts";
import type { RunResult } from "../telemetry.ts";
import type { ControllerContext } from "./context.ts";
import { deleteGate } from "./delete-gate.ts";
import { statusAfter } from "./gate-status.ts";
import { type Ran, runGate } from "./run-gate.ts";
import { keyOfObject } from "./watched.ts";

const WAIT: Next = { kind: "wait" };
/** After a moment in which the watch tells what the run did not see. */
const JUDGE_ANEW: Next = { kind: "later", after: 200 };

/** Runs gates by their names, and tells what came of it. */
export class Reconciler {
  readonly #context: ControllerContext;
  readonly #fetches: SharedFetches;
  readonly #registry: SharedRegistry;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#fetches = new SharedFetches(context.clock);
    this.#registry = new SharedRegistry(context.stages.registry, context.clock);
  }

  /** Looks at the gate as it is at `askedAt` or later, by the controller's clock; gives when it is due again. */
  async run(key: string, askedAt: number): Promise<Next> {
    const { known, acts, telemetry, reporter, clock } = this.#context;
    const gate = known.get("Gate", key);
    if (gate === undefined) {
      telemetry.forget(key);
      reporter.forget(key);
      return WAIT;
    }
    if (!acts.allowed) return WAIT;
    const began = clock.now();
    const ran =
      gate.metadata.deletionTimestamp === undefined
        ? await this.#run(gate, askedAt)
        : await this.#delete(gate);
    if (ran.result === undefined) return ran.next;
    telemetry.ran(wordOf(ran.result), clock.now() - began);
    this.#note(key, ran.result, ran.reconciled);
    return (await this.#tell(gate, ran.result)) ? ran.next : { kind: "retry" };
  }

  async #run(gate: KubeObject, askedAt: number): Promise<Ran | Untold> {
    const sharing = { fetches: this.#fetches, since: askedAt };
    const registry = this.#registry.since(askedAt);
    const context = { ...this.#context, stages: { ...this.#context.stages, sharing, registry } };
    let within: number | undefined;
    try {
      return await runGate(gate, context, (ms) => {
        within = ms;
      });
    } catch (error) {
      return this.#failed(gate, error, within);
    }
  }

  async #delete(gate: KubeObject): Promise<Ran | Untold> {
    try {
      await deleteGate(gate, this.#context);
      return { result: undefined, next: WAIT };
    } catch (error) {
      return this.#failed(gate, error, undefined);
    }
  }

  #failed(gate: KubeObject, error: unknown, within: number | undefined): Ran | Untold {
    const next: Next = { kind: "retry", ...(within !== undefined && { within }) };
    if (mayNotAct(error)) return { result: undefined, next: WAIT };
    if (error instanceof ControllerError && error.code === "OUTDATED")
      return { result: undefined, next: JUDGE_ANEW };
    const fault = toGateFault(error);
    const { area, code, message } = fault;
    const details = fault.code === "UNEXPECTED" ? framesOf(error) : causeOf(error);
    this.#context.log.warn({ gate: keyOfObject(gate), area, code, ...details }, message);
    return { result: { kind: "fault", fault }, next };
  }

  /** False where it could not be told. */
  async #tell(gate: KubeObject, result: GateResult): Promise<boolean> {
    const { acts, reporter, log } = this.#context;
    const status = statusAfter(gate, result, this.#context);
    try {
      await acts.run(() => reporter.report(gate, status));
      return true;
    } catch (error) {
      const { code, message } = toGateFault(error);
      log.warn({ gate: keyOfObject(gate), code }, `the status could not be written: ${message}`);
      return false;
    }
  }

  /** To logs and metrics. */
  #note(gate: string, result: GateResult, reconciled: Ran["reconciled"]): void {
    const { log, telemetry } = this.#context;
    if (result.kind !== "reconciled" || reconciled === undefined) return;
    const { decision, news, outcome, report } = reconciled;
    const about = { gate, revision: decision.source.head, entry: decision.entry.index };
    if (decision.verdict === "admit") telemetry.admitted(gate, decision.at);
    if (!news && outcome === undefined) {
      log.debug({ ...about, verdict: decision.verdict }, "nothing new");
    } else if (decision.verdict === "admit") {
      const changed = { pruned: report?.pruned.length ?? 0, drift: report?.drift.length ?? 0 };
      log.info({ ...about, outcome, ...changed }, "admitted");
    } else {
      const codes = decision.reasons.map(({ code }) => code);
      telemetry.refused(codes);
      log.warn({ ...about, stage: decision.reasons[0].stage, codes: codes.slice(0, 10) }, "refused");
    }
  }
}

/** A run of which nothing is to be told. */
interface Untold {
  readonly result: undefined;
  readonly next: Next;
}

/** Another process acts now, or will. */
function mayNotAct(error: unknown): boolean {
  return (error instanceof ControllerError || error instanceof AuditError) && error.code === "LEASE_LOST";
}

function wordOf(result: GateResult): RunResult {
  if (result.kind !== "reconciled") return result.kind;
  return result.decision.verdict === "admit" ? "admitted" : "refused";
}

/** What the gate's status does not tell. */
function causeOf(error: unknown): { readonly cause?: string } {
  return error instanceof KubeError && error.cause instanceof KubeError ? { cause: error.cause.message } : {};
}

/** Where an error that nobody foresaw came from, without its words: they may quote anything. */
function framesOf(error: unknown): { readonly error: string; readonly at: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
