import { availableParallelism } from "node:os";
import { z } from "zod";
import { batches } from "./batches.ts";
import { CellError } from "./errors.ts";
import { decodeAnswer, encodeRequest, type Files } from "./frame.ts";
import { checkFiles, parseDirectory } from "./input.ts";
import { DEFAULT_DEADLINE_MS, DEFAULT_MEMORY_BYTES, IDLE_WORKER_MS, RECYCLE_ABOVE_BYTES } from "./limits.ts";
import { Pool } from "./pool.ts";
import { type CellProblem, type CellResult, refuse } from "./problems.ts";
import {
  type CheckedRego,
  type CheckedRules,
  type CompiledRego,
  checkedRego,
  checkedRules,
  compiledRego,
  type InspectedRego,
  inspectedRego,
  type KubernetesObjects,
  kubernetesObjects,
  type ObjectStatus,
  objectStatus,
  type TestedRego,
  testedRego,
} from "./results.ts";
import { ARTIFACT_DIRECTORY } from "./unpack.ts";

export interface CellOptions {
  /** For one call; 30 s unless told. */
  readonly deadlineMs?: number;
  /** The hard cap on one worker's memory; 1 GiB unless told. */
  readonly memoryBytes?: number;
  /** Calls that run at the same time; one unless told. */
  readonly workers?: number;
  /** How long a worker without a call is kept; a minute unless told. */
  readonly idleMs?: number;
  /** Where the decompressed module may be kept, so that the next start is faster. */
  readonly cacheDir?: string;
  /** Where the module lies: the checkout's `cell/` unless told. */
  readonly artifactDir?: string;
}

export interface RegoBundle {
  readonly files: Files;
  /** JSON Schemas of `input`, for packages `sluice.object.*` and `sluice.change.*`. */
  readonly schemas?: { readonly object?: unknown; readonly change?: unknown };
}

export interface RegoCompilation extends RegoBundle {
  /** Rules to compile, as `sluice/object/<name>/deny`; every `deny` and `warn` unless told. */
  readonly entrypoints?: readonly string[];
}

export interface Kustomization {
  readonly files: Files;
  /** The folder with the kustomization, relative to the root of `files`. */
  readonly dir: string;
}

/** When objects of one kind, in any version, are ready. Expressions in CEL, of which the first that is true decides. */
export interface StatusRule {
  readonly apiVersion: string;
  readonly kind: string;
  readonly inProgress?: string | undefined;
  readonly failed?: string | undefined;
  readonly current: string;
}

export interface StatusQuestion {
  /** As the API server gave them. */
  readonly objects: Iterable<object>;
  readonly rules: readonly StatusRule[];
}

/**
 * The ecosystem's own code, without a file system, a network or an environment. What an author did wrong is an
 * answer; a CellError is thrown when the cell itself could not work. The same input gives the same bytes.
 */
export class Cell implements AsyncDisposable {
  readonly #pool: Pool;

  constructor(options: CellOptions = {}) {
    const { cacheDir, artifactDir = ARTIFACT_DIRECTORY, workers = 1 } = options;
    this.#pool = new Pool({
      workers: Math.max(1, Math.min(workers, availableParallelism())),
      deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
      memoryBytes: options.memoryBytes ?? DEFAULT_MEMORY_BYTES,
      recycleAboveBytes: RECYCLE_ABOVE_BYTES,
      idleMs: options.idleMs ?? IDLE_WORKER_MS,
      artifact: { directory: artifactDir, ...(cacheDir !== undefined && { cacheDirectory: cacheDir }) },
    });
  }

  /** Starts a worker while there is something else to wait for; the first call does it otherwise. */
  warm(): Promise<void> {
    return this.#pool.warm();
  }

  /** Compiles the policies (not their tests) to one WebAssembly module for `@open-policy-agent/opa-wasm`. */
  compileRego(bundle: RegoCompilation): Promise<CellResult<CompiledRego>> {
    const { entrypoints = [], schemas = {} } = bundle;
    return this.#run("rego.compile", { entrypoints, schemas }, bundle.files, (value, [wasm]) => {
      if (wasm === undefined) throw new CellError("PROTOCOL", "rego.compile answered without a module");
      return { ...parse(compiledRego, value), wasm };
    });
  }

  /** Parses and type-checks policies and tests. */
  checkRego({ files, schemas = {} }: RegoBundle): Promise<CellResult<CheckedRego>> {
    return this.#run("rego.check", { schemas }, files, (value) => parse(checkedRego, value));
  }

  /** Runs every `test_…` rule of the `*_test.rego` files, with coverage of the policies. */
  testRego({ files, schemas = {} }: RegoBundle): Promise<CellResult<TestedRego>> {
    return this.#run("rego.test", { schemas }, files, (value) => parse(testedRego, value));
  }

  /** Reads the `# METADATA` of the policies. */
  inspectRego({ files }: Pick<RegoBundle, "files">): Promise<CellResult<InspectedRego>> {
    return this.#run("rego.inspect", {}, files, (value) => parse(inspectedRego, value));
  }

  /** Builds one kustomization, the objects in kustomize's order. */
  async buildKustomization(kustomization: Kustomization): Promise<CellResult<KubernetesObjects>> {
    const dir = parseDirectory(kustomization.dir);
    if (dir === undefined) {
      return {
        ok: false,
        problems: [refuse("BAD_PATH", "the folder is not inside the tree", kustomization.dir)],
      };
    }
    return this.#run("kustomize.build", { dir }, kustomization.files, (_, [objects]) => {
      if (objects === undefined) throw new CellError("PROTOCOL", "kustomize.build answered without objects");
      return parse(kubernetesObjects, JSON.parse(new TextDecoder().decode(objects)));
    });
  }

  /** Judges each object by the rule for its kind, by kstatus where there is none; one answer each, in their order. */
  computeStatus({ objects, rules }: StatusQuestion): Promise<CellResult<readonly ObjectStatus[]>> {
    const encoder = new TextEncoder();
    const encoded = Iterator.from(objects).map((object) => encoder.encode(JSON.stringify(object)));
    return this.#runEach("status.compute", { rules }, encoded, objectStatus);
  }

  /** Compiles rules that `computeStatus` would be given. */
  checkStatusRules(rules: readonly StatusRule[]): Promise<CellResult<CheckedRules>> {
    return this.#run("status.check", { rules }, new Map(), (value) => parse(checkedRules, value));
  }

  /** Ends the workers, in the middle of whatever they do. */
  close(): Promise<void> {
    return this.#pool.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** As many calls as a list needs. */
  async #runEach<T>(
    op: string,
    args: object,
    items: Iterable<Uint8Array>,
    answer: z.ZodType<T>,
  ): Promise<CellResult<readonly T[]>> {
    const all: T[] = [];
    for (const files of batches(items)) {
      const schema = z.strictObject({ objects: z.array(answer).length(files.size) });
      const result = await this.#run(op, args, files, (value) => parse(schema, value).objects);
      if (!result.ok) return result;
      all.push(...result.value);
    }
    return { ok: true, value: all };
  }

  async #run<T>(
    op: string,
    args: object,
    files: Files,
    read: (value: unknown, blobs: readonly Uint8Array[]) => T,
  ): Promise<CellResult<T>> {
    const [first, ...more]: CellProblem[] = checkFiles(files);
    if (first !== undefined) return { ok: false, problems: [first, ...more] };
    const answer = decodeAnswer(await this.#pool.call(encodeRequest(op, args, files)));
    return answer.ok ? { ok: true, value: read(answer.value, answer.blobs) } : answer;
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new CellError("PROTOCOL", "the cell's answer is not of its form", { cause: parsed.error });
  return parsed.data;
}
