import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { locateTool, toolNames } from "./toolbox.ts";
import { systemTool, tool } from "./tools.ts";

describe("finding tools", () => {
  let directory = "";

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-tools-"));
  });

  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(directory, { recursive: true });
  });

  it("finds a built tool in the cache, and none in an empty one", () => {
    vi.stubEnv("SLUICE_TOOLS_CACHE", directory);
    expect(tool("crane")).toBeUndefined();
    const { path } = locateTool("crane");
    mkdirSync(dirname(path));
    writeFileSync(path, "");
    expect(tool("crane")).toBe(path);
    expect(tool("cosign")).toBeUndefined();
  });

  it("gives each tool a place of its own", () => {
    expect(new Set(toolNames.map((name) => locateTool(name).path)).size).toBe(toolNames.length);
  });

  it("finds a program on the PATH only when it can be executed", () => {
    vi.stubEnv("PATH", directory);
    const path = join(directory, "git");
    writeFileSync(path, "");
    expect(systemTool("git")).not.toBe(path);
    chmodSync(path, 0o755);
    expect(systemTool("git")).toBe(path);
  });
});
