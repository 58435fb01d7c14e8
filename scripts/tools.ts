// Builds the pinned Go tools that tests and benchmarks use beside Sluice (test/tools), each once.

import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { isBuilt, locateTool, type Tool, toolNames } from "../test/support/toolbox.ts";

/** The module's own pins decide, not the environment or another checkout; no C compiler is needed. */
const GO_ENVIRONMENT = { GOTOOLCHAIN: "local", GOWORK: "off", GOFLAGS: "", CGO_ENABLED: "0" };
const BUILD = ["build", "-mod=readonly", "-buildvcs=false", "-trimpath"];

const GO_NEEDED =
  "The tools are built with Go (its release is in test/tools/go.mod). Install it, or go on without: the " +
  "tests that need these tools are then skipped and listed.";

const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Renamed into place, so that a tool which is there is whole, whoever else builds at the same time. */
function build(tool: Tool): boolean {
  mkdirSync(dirname(tool.path), { recursive: true });
  const linkerFlags = `-s -w ${tool.linkerFlags}`.trim();
  const unfinished = `${tool.path}.${process.pid}`;
  const { status } = spawnSync("go", [...BUILD, `-ldflags=${linkerFlags}`, "-o", unfinished, tool.package], {
    cwd: tool.module,
    env: { ...process.env, ...GO_ENVIRONMENT },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status === 0) renameSync(unfinished, tool.path);
  return status === 0;
}

function buildMissing(missing: Tool[]): boolean {
  if (spawnSync("go", ["version"]).error !== undefined) {
    console.error(`Go was not found. ${GO_NEEDED}`);
    return false;
  }
  return missing.every((tool, index) => {
    const started = Date.now();
    console.log(`[${index + 1}/${missing.length}] ${tool.name}: building ${tool.package} …`);
    const built = build(tool);
    console.log(`      ${built ? "built in" : "failed after"} ${seconds(started)}`);
    return built;
  });
}

const started = Date.now();
const tools = toolNames.map(locateTool);
const ready = buildMissing(tools.filter((tool) => !isBuilt(tool)));
if (ready) for (const tool of tools) console.log(`${tool.name.padEnd(17)} ${tool.path}`);
console.log(ready ? `All tools are there (${seconds(started)}).` : "Not all tools are there.");
process.exitCode = ready ? 0 : 2;
