// `npm run bench`: everything that is measured, beside the peers that are installed, in one run. Names choose
// some of it: `npm run bench -- start cell`.

import { cpus } from "node:os";

/** Each gives its table. A peer that is not installed is said so there, or ends that one bench. */
const BENCHES = new Map<string, () => Promise<string>>([
  ["start", async () => import("./start.ts").then(async (bench) => bench.toTable(await bench.benchStart()))],
  [
    "commits",
    async () => import("./commits.ts").then(async (bench) => bench.toTable(await bench.benchCommits())),
  ],
  ["range", async () => import("./range.ts").then(async (bench) => bench.toTable(await bench.benchRange()))],
  [
    "policy",
    async () => import("./policy.ts").then(async (bench) => bench.toTable(await bench.benchPolicy())),
  ],
  [
    "images",
    async () => import("./images.ts").then(async (bench) => bench.toTable(await bench.benchImages())),
  ],
  ["audit", async () => import("./audit.ts").then(async (bench) => bench.toTable(await bench.benchAudit()))],
  [
    "cluster",
    async () => import("./cluster.ts").then(async (bench) => bench.toTable(await bench.benchCluster())),
  ],
  ["cell", async () => import("./cell.ts").then(async (bench) => bench.toTable(await bench.benchCell()))],
]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !BENCHES.has(name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(", ")}; there are: ${[...BENCHES.keys()].join(", ")}`);
  process.exit(2);
}

const [cpu] = cpus();
console.log(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? "unknown"}\n`);
for (const [name, run] of BENCHES) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    console.log(`${await run()}\n`);
  } catch (error) {
    process.exitCode = 2;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}
