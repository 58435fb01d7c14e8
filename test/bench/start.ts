// From nothing to a decision: `npx node test/bench/start.ts`, or as a part of `npm run bench`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SCENES } from "../../src/demo/scenes.ts";
import { buildWorld } from "../../src/demo/world.ts";

const MAIN = join(import.meta.dirname, "../../bin/sluice");
const POLL_MS = 50;
const WARM_RUNS = 9;

export interface StartRow {
  readonly name: string;
  /** From starting the process until the decision, recorded and applied, is on its standard output. */
  readonly decisionMs: number;
  /** From starting the process to its end. */
  readonly endMs: number;
  readonly peakMebibytes: number;
}

type Timing = Omit<StartRow, "name">;

/** `sluice run --once` over the demo's gate, as a process: with an empty state directory, and with the caches of a run before. */
export async function benchStart(): Promise<StartRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  try {
    await using world = await buildWorld(join(folder, "world"));
    const [clean] = SCENES;
    if (clean === undefined) throw new TypeError("the demo has no scenes");
    await world.repository.push(await clean.push(world, undefined));
    const state = join(folder, "state");
    const run = () => timeRun(world.gateFolder, state);
    const cold = await run();
    const warm: Timing[] = [];
    for (let i = 0; i < WARM_RUNS; i++) warm.push(await run());
    const median = warm.toSorted((left, right) => left.decisionMs - right.decisionMs)[
      Math.floor(WARM_RUNS / 2)
    ];
    return [
      { name: "nothing cached", ...cold },
      { name: `caches of an earlier start, median of ${WARM_RUNS}`, ...(median ?? cold) },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timeRun(gateFolder: string, state: string): Promise<Timing> {
  const started = performance.now();
  const args = [MAIN, "run", "--once", "-f", gateFolder, "--state", state, "--output", "json"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let decisionMs: number | undefined;
  child.stdout.on("data", () => (decisionMs ??= performance.now() - started));
  let peak = 0;
  const poll = setInterval(() => {
    if (child.pid !== undefined) void readPeak(child.pid).then((value) => (peak = Math.max(peak, value)));
  }, POLL_MS);
  const [code] = await once(child, "exit");
  clearInterval(poll);
  if (code !== 0 || decisionMs === undefined) throw new Error(`sluice run exited with ${code}`);
  return { decisionMs, endMs: performance.now() - started, peakMebibytes: peak };
}

/** The most memory that the process ever held (Linux); 0 where the kernel does not say. */
async function readPeak(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

export function toTable(rows: readonly StartRow[]): string {
  const line = (name: string, ...figures: string[]): string =>
    `${name.padEnd(52)}${figures.map((figure) => figure.padStart(13)).join("")}`;
  return [
    line("from start (sluice run --once)", "decision, ms", "end, ms", "peak MiB"),
    ...rows.map(({ name, decisionMs, endMs, peakMebibytes }) =>
      line(name, decisionMs.toFixed(0), endMs.toFixed(0), peakMebibytes.toFixed(0)),
    ),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchStart()));
