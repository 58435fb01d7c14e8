import { join } from "node:path";
import { defineConfig } from "vitest/config";

const ATTACKS = "test/attacks/**/*.test.ts";
/** Puts a module in another's place, which others must not see. */
const REPLACING = "test/attacks/11-*.test.ts";

export default defineConfig({
  test: {
    projects: [
      // Units change nothing that a module holds, so one loading of the modules serves every file of a worker.
      { extends: true, test: { name: "units", include: ["src/**/*.test.ts"], isolate: false } },
      // So it is with attacks, each of which needs the whole gate.
      { extends: true, test: { name: "attacks", include: [ATTACKS], exclude: [REPLACING], isolate: false } },
      {
        extends: true,
        test: { name: "real parts", include: ["test/!(attacks)/**/*.test.ts", REPLACING] },
      },
    ],
    environment: "node",
    allowOnly: false,
    expect: { requireAssertions: true },
    // A person's two cores and CI's; suites that start real servers and tools share them.
    maxWorkers: 2,
    // What bin/sluice does for itself: the many commands that tests start load compiled scripts.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/sluice") },
    // The cell is a large module, and tests are short: the optimizing compiler would cost more than it saves.
    execArgv: ["--liftoff-only"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/reporter.ts"],
  },
});
