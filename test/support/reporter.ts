import type { Reporter, TestCase, TestModule } from "vitest/node";

interface Totals {
  passed: number;
  failed: number;
  readonly skipped: TestCase[];
}

/**
 * Ends a run with what it left out, as loudly as a failure, and with one line that any CI can read.
 * With SLUICE_REQUIRE_TOOLS=1 a skipped test is a failed one.
 */
export default class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = count(modules);
    totals.failed += unhandledErrors.length;
    const { passed, skipped } = totals;
    if (skipped.length > 0) process.stdout.write(`${describeSkipped(skipped)}\n\n`);
    if (process.env.SLUICE_REQUIRE_TOOLS === "1" && skipped.length > 0) {
      process.exitCode = 1;
      process.stdout.write(`${passed} passed, ${totals.failed + skipped.length} failed\n`);
      return;
    }
    const tail = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
    process.stdout.write(`${passed} passed, ${totals.failed} failed${tail}\n`);
  }
}

/** A file that does not load and a hook that throws have no failed test of their own; each counts as one. */
function count(modules: readonly TestModule[]): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: [] };
  for (const module of modules) {
    totals.failed += module.errors().length;
    for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") totals.passed++;
      else if (state === "failed") totals.failed++;
      else totals.skipped.push(test);
    }
  }
  return totals;
}

function describeSkipped(skipped: readonly TestCase[]): string {
  const lines = ["", "━━━ SKIPPED ━━━ these tests did not run, and prove nothing:"];
  for (const test of skipped) {
    const result = test.result();
    const note = result.state === "skipped" ? result.note : undefined;
    lines.push(`  ${test.module.relativeModuleId}: ${test.fullName}`);
    if (note !== undefined) lines.push(`      to run it: ${note}`);
  }
  return lines.join("\n");
}
