import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { locateTool } from "./toolbox.ts";

const root = join(import.meta.dirname, "..", "..");
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");

interface Closing {
  readonly code: number | null;
  readonly lastLine: string | undefined;
  readonly output: string;
}

function run(name: string, environment: Record<string, string>): Closing {
  const config = ["--config", "test/support/fixtures/vitest.config.ts"];
  const { status, stdout } = spawnSync(process.execPath, [vitest, "run", ...config, name], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", SLUICE_REQUIRE_TOOLS: "", ...environment },
  });
  return { code: status, lastLine: stdout.trimEnd().split("\n").at(-1), output: stdout };
}

describe("how a run closes", () => {
  let cache = "";

  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), "sluice-closing-"));
  });

  afterAll(() => {
    rmSync(cache, { recursive: true });
  });

  it.each([
    ["passes", 0, "2 passed, 0 failed"],
    ["asserts-nothing", 1, "0 passed, 1 failed"],
    ["focused", 1, "0 passed, 1 failed"],
    ["hook-fails", 1, "0 passed, 1 failed, 1 skipped"],
    ["does-not-load", 1, "0 passed, 1 failed"],
    ["no-such-file", 1, "0 passed, 0 failed"],
  ])("%s", (name, code, lastLine) => {
    expect(run(name, {})).toMatchObject({ code, lastLine });
  });

  it("lists a suite without its tool, with the remedy", () => {
    const closing = run("needs-tool", { SLUICE_TOOLS_CACHE: cache });
    expect(closing).toMatchObject({ code: 0, lastLine: "0 passed, 0 failed, 1 skipped" });
    expect(closing.output).toContain("npm run tools");
  });

  it("fails a suite without its tool where tools are required", () => {
    const environment = { SLUICE_TOOLS_CACHE: cache, SLUICE_REQUIRE_TOOLS: "1" };
    expect(run("needs-tool", environment)).toMatchObject({ code: 1, lastLine: "0 passed, 1 failed" });
    vi.stubEnv("SLUICE_TOOLS_CACHE", cache);
    const { path } = locateTool("crane");
    vi.unstubAllEnvs();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "");
    expect(run("needs-tool", environment)).toMatchObject({ code: 0, lastLine: "1 passed, 0 failed" });
  });
});
