import type { TestedRego } from "../cell/index.ts";
import { inputJsonSchemas, refuseProblems } from "../policy/index.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { withPolicies } from "./policy-folder.ts";
import { reportRefusals } from "./refusal-view.ts";

type TestResult = TestedRego["results"][number];

export function testPolicies(io: Io, dir: string): Promise<ExitCode> {
  return withPolicies(io, dir, async (files, cell) => {
    const tested = await cell.testRego({ files, schemas: inputJsonSchemas() });
    if (!tested.ok) return reportRefusals(io, refuseProblems(tested.problems, dir).refusals);
    const { results, coverage } = tested.value;
    if (results.length === 0) return reportRefusals(io, [noTests(dir)]);

    const counts = countOf(results);
    if (io.format === "json") {
      io.json({ verdict: counts.failed === 0 ? "passed" : "refused", counts, coverage, tests: results });
    } else {
      printTable(io, results);
      printCoverage(io, coverage);
      printFailures(io, results);
      printCounts(io, counts, coverage.percent);
    }
    return counts.failed === 0 ? ExitCode.passed : ExitCode.refused;
  });
}

interface Counts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function countOf(results: readonly TestResult[]): Counts {
  const skipped = results.filter((result) => result.skipped).length;
  const passed = results.filter((result) => result.pass && !result.skipped).length;
  return { total: results.length, passed, failed: results.length - passed - skipped, skipped };
}

function printTable(io: Io, results: readonly TestResult[]): void {
  const files = Map.groupBy(results, ({ file }) => file);
  const width = Math.max(...[...files.keys()].map((file) => file.length));
  for (const [file, tests] of files) {
    const { failed, total } = countOf(tests);
    const mark = failed === 0 ? io.colors.green("✓") : io.colors.red("✗");
    io.line(`${mark} ${file.padEnd(width)}  ${total - failed}/${total}`);
  }
}

function printCoverage(io: Io, { files }: TestedRego["coverage"]): void {
  for (const { file, percent, notCovered } of files.filter((each) => each.notCovered.length > 0)) {
    const rows = notCovered.map(({ start, end }) => (start === end ? `${start}` : `${start}-${end}`));
    const missed = [...new Set(rows)].join(", ");
    io.line(io.colors.yellow(`  ${file}: ${percent.toFixed(1)} % covered, not rows ${missed}`));
  }
}

function printFailures(io: Io, results: readonly TestResult[]): void {
  for (const { file, row, package: package_, name, error, output, failedCases } of results.filter(
    isFailure,
  )) {
    io.line(`${io.colors.red("✗")} ${file}:${row} ${package_}.${name}`);
    const details = [error ?? "", ...failedCases.map((each) => `case ${each}`), ...output.split("\n")];
    for (const detail of details.filter((text) => text !== "")) io.line(`    ${printable(detail)}`);
  }
}

function isFailure({ pass, skipped }: TestResult): boolean {
  return !pass && !skipped;
}

function printCounts(io: Io, { passed, failed, skipped }: Counts, percent: number): void {
  const rest = skipped === 0 ? "" : `, ${skipped} to do`;
  const line = `${passed} passed, ${failed} failed${rest}; ${percent.toFixed(1)} % of the policies covered`;
  io.line(failed === 0 ? io.colors.green(line) : io.colors.red(line));
}

/** A run without tests says nothing, and must not look as if it did. */
function noTests(dir: string) {
  const remedy = "add rules whose names begin with test_ to a file that ends in _test.rego";
  return { code: "NO_TESTS", subject: dir, message: "there is not one test", remedy };
}
