import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    environment: "node",
    allowOnly: false,
    expect: { requireAssertions: true },
    // A person's two cores and CI's; suites that start real servers and tools share them.
    maxWorkers: 2,
    // What bin/sluice does for itself: the many commands that tests start load compiled scripts.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/sluice") },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ["default", "./test/support/reporter.ts"],
  },
});
