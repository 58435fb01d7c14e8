import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../digest.ts";
import { bundleDigest, inputJsonSchemas, PolicyError, refuseProblems } from "../policy/index.ts";
import { ExitCode, type Io } from "./io.ts";
import { withPolicies } from "./policy-folder.ts";
import { reportRefusals } from "./refusal-view.ts";

export function buildPolicies(io: Io, dir: string, { out }: { readonly out: string }): Promise<ExitCode> {
  return withPolicies(io, dir, async (files, cell) => {
    const compiled = await cell.compileRego({ files, schemas: inputJsonSchemas() });
    if (!compiled.ok) return reportRefusals(io, refuseProblems(compiled.problems, dir).refusals);
    const { wasm, data, entrypoints } = compiled.value;
    const manifest = {
      wasm: sha256(wasm),
      sources: bundleDigest({ name: dir, files, parameters: {} }),
      entrypoints,
      data,
    };
    await writeOutput(out, wasm, `${JSON.stringify(manifest, undefined, 2)}\n`);
    if (io.format === "json") io.json({ verdict: "passed", ...manifest });
    else io.line(`${join(out, "policy.wasm")}  ${manifest.wasm}  ${entrypoints.length} rules`);
    return ExitCode.passed;
  });
}

async function writeOutput(out: string, wasm: Uint8Array, manifest: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true });
    await writeFile(join(out, "policy.wasm"), wasm);
    await writeFile(join(out, "policy.json"), manifest);
  } catch (cause) {
    throw new PolicyError("OUTPUT_UNWRITABLE", `${out} cannot be written`, { cause });
  }
}
