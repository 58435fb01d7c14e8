import { readFile } from "node:fs/promises";
import type { Cell, CellProblem, CellProblemCode, CellResult } from "../cell/index.ts";
import { type Digest, sha256 } from "../digest.ts";
import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../refusal.ts";
import { canonicalJson } from "../render/index.ts";
import { aggregateEntrypoint, kindsOf, withAggregates } from "./aggregate.ts";
import { type BundleSource, bundleDigest, digestFiles, withoutTests } from "./bundle.ts";
import { CompileCache, type CompileCacheOptions, type CompiledRego } from "./cache.ts";
import { inputJsonSchemas } from "./input.ts";
import { readMetadata } from "./metadata.ts";

export type CompileCode = CellProblemCode;

/** A bundle ready to be evaluated. */
export interface CompiledBundle extends Omit<CompiledRego, "wasm"> {
  readonly name: string;
  /** Of what was compiled, and of the parameters. */
  readonly digest: Digest;
  readonly parameters: BundleSource["parameters"];
  readonly module: WebAssembly.Module;
}

/** `sluice/<kind>/<name>/<rule>` */
const ENTRYPOINT_SEGMENTS = 4;

/** Looked for under the path that its name makes, such a package would never be found, and so never deny. */
function misnamedProblem(entrypoint: string): CellProblem {
  const message = `the package's name has a slash: ${entrypoint}`;
  return { code: "BAD_ENTRYPOINT", message, remedy: "name the package without it" };
}

/** Bundles held in memory, ready to be evaluated: more than an installation has in use at a time. */
const MAX_LOADED = 32;

/** What was made of a bundle's sources, whoever names it and with whatever parameters. */
type LoadedRego = Omit<CompiledRego, "wasm"> & Pick<CompiledBundle, "module">;

/** What of the cell is needed to compile. */
export type RegoCell = Pick<Cell, "checkRego" | "compileRego" | "inspectRego">;

/** Compiles bundles through the cell, or takes what the cell once made of the same bytes. */
export class Compiler {
  readonly #cell: RegoCell;
  readonly #cache: CompileCache;
  /** By the key of what they were made of; the least recently used first. */
  readonly #loaded = new Map<Digest, LoadedRego>();
  #toolchain: Promise<Digest> | undefined;

  constructor(cell: RegoCell, cache: CompileCacheOptions | undefined) {
    this.#cell = cell;
    this.#cache = new CompileCache(cache);
  }

  async compile(source: BundleSource): Promise<Judged<CompiledBundle, CompileCode>> {
    this.#toolchain ??= digestToolchain();
    const key = compilationKey(source, await this.#toolchain);
    const known = this.#loaded.get(key);
    if (known !== undefined) return passed(this.#hold(key, known, source));

    const kept = await this.#cache.read(key);
    if (kept !== undefined) return passed(this.#hold(key, await load(kept), source));

    const fresh = await this.#compileInCell(source);
    if (!fresh.ok) return fresh;
    await this.#cache.write(key, fresh.value);
    return passed(this.#hold(key, await load(fresh.value), source));
  }

  #hold(key: Digest, loaded: LoadedRego, source: BundleSource): CompiledBundle {
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    const [oldest] = this.#loaded.keys();
    if (oldest !== undefined && this.#loaded.size > MAX_LOADED) this.#loaded.delete(oldest);
    const { name, parameters } = source;
    return { ...loaded, name, digest: bundleDigest(source), parameters };
  }

  async #compileInCell({ files: all, name }: BundleSource): Promise<Judged<CompiledRego, CompileCode>> {
    const files = withoutTests(all);
    const schemas = inputJsonSchemas();
    // Checked as they are first: what is wrong with them is not to be told of the rules that are added.
    const checked = await this.#cell.checkRego({ files, schemas });
    if (!checked.ok) return refuseProblems(checked.problems, name);
    const { entrypoints } = checked.value;
    const misnamed = entrypoints.filter((entrypoint) => entrypoint.split("/").length !== ENTRYPOINT_SEGMENTS);
    if (isNonEmpty(misnamed)) return refuseProblems([misnamedProblem(misnamed[0])], name);

    const inspected = await this.#cell.inspectRego({ files });
    if (!inspected.ok) return refuseProblems(inspected.problems, name);
    const compiled = await this.#cell.compileRego({
      files: withAggregates(files, entrypoints),
      entrypoints: kindsOf(entrypoints).map(aggregateEntrypoint),
      schemas,
    });
    if (!compiled.ok) return refuseProblems(compiled.problems, name);
    return passed({
      wasm: Uint8Array.from(compiled.value.wasm),
      data: JSON.stringify(compiled.value.data),
      entrypoints,
      metadata: readMetadata(inspected.value),
    });
  }
}

/** Raised when other rules are compiled in, or something else is kept beside the module. */
const FORMAT = 2;

/** Changes whenever the same sources could compile to something else: with the cell, the schemas, or this file. */
async function digestToolchain(): Promise<Digest> {
  const cell = await readFile(new URL("../../cell/SHA256", import.meta.url), "utf8");
  return sha256(canonicalJson({ format: FORMAT, cell, schemas: JSON.stringify(inputJsonSchemas()) }));
}

function compilationKey({ files }: BundleSource, toolchain: Digest): Digest {
  return sha256(canonicalJson({ toolchain, files: digestFiles(files) }));
}

async function load({ wasm, ...rest }: CompiledRego): Promise<LoadedRego> {
  return { ...rest, module: await WebAssembly.compile(wasm) };
}

/** The cell's problems as refusals: their subject is `file:row:col`, or the bundle's name where there is no file. */
export function refuseProblems(
  [first, ...more]: Extract<CellResult<never>, { ok: false }>["problems"],
  bundle: string,
): Extract<Judged<never, CellProblemCode>, { ok: false }> {
  const toRefusal = ({ code, message, file, row, col, remedy }: CellProblem): Refusal<CellProblemCode> => ({
    code,
    subject: [file ?? bundle, row, col].filter((part) => part !== undefined).join(":"),
    message,
    remedy: remedy ?? "",
  });
  return refused(toRefusal(first), ...more.map(toRefusal));
}
