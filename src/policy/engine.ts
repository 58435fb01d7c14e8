import { availableParallelism } from "node:os";
import type { Judged } from "../refusal.ts";
import { describeObject, type KubernetesObject } from "../render/index.ts";
import { kindsOf } from "./aggregate.ts";
import type { BundleSource } from "./bundle.ts";
import type { CompileCacheOptions } from "./cache.ts";
import { type CompileCode, type CompiledBundle, Compiler, type RegoCell } from "./compile.ts";
import { toFindings } from "./findings.ts";
import type { PolicyInput } from "./input.ts";
import { DEADLINE_PER_OBJECT_MS, DEFAULT_DEADLINE_MS, DEFAULT_MEMORY_BYTES, MAX_WORKERS } from "./limits.ts";
import { CHANGE, type EvaluationRequest, NOT_STARTED } from "./messages.ts";
import { Pool } from "./pool.ts";
import type { PolicyFault, PolicyFinding, PolicyReport } from "./report.ts";

export interface PolicyEngineOptions {
  readonly cell: RegoCell;
  /** Where compiled policies may be kept, so that the next start is faster. */
  readonly cache?: CompileCacheOptions;
  /** For one bundle over one change, besides 10 ms for each object; 10 s unless told. */
  readonly deadlineMs?: number;
  /** Linear memory of one evaluation; 256 MiB unless told. */
  readonly memoryBytes?: number;
}

/** Compiles policy bundles, and evaluates them in threads of their own. */
export class PolicyEngine {
  readonly #compiler: Compiler;
  readonly #pool: Pool;
  readonly #memoryBytes: number;
  readonly #deadlineMs: number;

  constructor(options: PolicyEngineOptions) {
    this.#compiler = new Compiler(options.cell, options.cache);
    this.#memoryBytes = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
    this.#deadlineMs = options.deadlineMs ?? DEFAULT_DEADLINE_MS;
    this.#pool = new Pool(Math.min(MAX_WORKERS, availableParallelism()));
  }

  /** A bundle that does not compile is a refusal with `file:row:col`; throws CellError when the cell cannot work. */
  compile(source: BundleSource): Promise<Judged<CompiledBundle, CompileCode>> {
    return this.#compiler.compile(source);
  }

  /**
   * Evaluates every bundle over one change: object packages once for each object, change packages once.
   * Reports what they found, and each bundle that could not be evaluated as a fault. Never throws for what a
   * policy does.
   */
  async evaluate(bundles: readonly CompiledBundle[], input: PolicyInput): Promise<PolicyReport> {
    const change = toChange(input);
    const judged = await Promise.all(bundles.map((bundle) => this.#evaluateBundle(bundle, change)));
    return {
      bundles: bundles.map(({ name, digest }) => ({ name, digest })),
      findings: judged.flatMap(({ findings }) => findings),
      faults: judged.flatMap(({ faults }) => faults),
    };
  }

  /** Ends the workers, in the middle of whatever they do. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  async #evaluateBundle(bundle: CompiledBundle, change: Change): Promise<Judgement> {
    const { name, entrypoints, module, data, parameters } = bundle;
    const request: EvaluationRequest = {
      module,
      data,
      memoryBytes: this.#memoryBytes,
      shared: JSON.stringify({ ...change.evidence, parameters }),
      objects: change.texts,
      kinds: kindsOf(entrypoints),
      progress: new Int32Array(new SharedArrayBuffer(4)).fill(NOT_STARTED),
    };
    const deadlineMs = this.#deadlineMs + change.objects.length * DEADLINE_PER_OBJECT_MS;
    const answer = await this.#pool.evaluate(request, deadlineMs);
    if (answer.ok) return { findings: toFindings(bundle, answer.reasons, change.objects), faults: [] };
    const message = `${answer.message}${describePlace(request.progress, change.objects)}`;
    return { findings: [], faults: [{ bundle: name, code: answer.code, message }] };
  }
}

interface Judgement {
  readonly findings: readonly PolicyFinding[];
  readonly faults: readonly PolicyFault[];
}

/** A change with what is done once for all bundles. */
interface Change {
  readonly evidence: Omit<PolicyInput, "objects">;
  readonly objects: readonly KubernetesObject[];
  readonly texts: readonly string[];
}

function toChange({ objects, ...evidence }: PolicyInput): Change {
  return { evidence, objects, texts: objects.map((object) => JSON.stringify(object)) };
}

/** What was being judged when an evaluation ended. */
function describePlace([at = NOT_STARTED]: Int32Array, objects: readonly KubernetesObject[]): string {
  if (at === CHANGE) return " (on the change)";
  const object = objects[at];
  return object === undefined ? "" : ` (on ${describeObject(object)})`;
}
