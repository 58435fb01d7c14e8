import { inputJsonSchemas, refuseProblems } from "../policy/index.ts";
import { isNonEmpty } from "../refusal.ts";
import { ExitCode, type Io } from "./io.ts";
import { withPolicies } from "./policy-folder.ts";
import { reportRefusals } from "./refusal-view.ts";

export function checkPolicies(io: Io, dir: string): Promise<ExitCode> {
  return withPolicies(io, dir, async (files, cell) => {
    const schemas = inputJsonSchemas();
    // Tests are checked too; only the compiler says whether the policies become a module.
    const checked = await cell.checkRego({ files, schemas });
    if (!checked.ok) return reportRefusals(io, refuseProblems(checked.problems, dir).refusals);
    const compiled = await cell.compileRego({ files, schemas });
    if (!compiled.ok) return reportRefusals(io, refuseProblems(compiled.problems, dir).refusals);

    const { entrypoints, warnings } = checked.value;
    if (isNonEmpty(warnings)) return reportRefusals(io, refuseProblems(warnings, dir).refusals);
    if (io.format === "json") io.json({ verdict: "passed", entrypoints });
    else {
      for (const entrypoint of entrypoints) io.line(entrypoint);
      io.line(io.colors.green(`${entrypoints.length} rules compile, are well-typed and have titles`));
    }
    return ExitCode.passed;
  });
}
