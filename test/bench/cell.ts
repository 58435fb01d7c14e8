// What the cell costs: `npx node test/bench/cell.ts`, or as a part of `npm run bench`.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Cell, type CellResult, type Files } from "../../src/cell/index.ts";
import { tree } from "../cell/tree.ts";

export interface CellRow {
  readonly operation: string;
  /** Milliseconds of the first call in a new cell, the start of its worker included. */
  readonly cold: number;
  /** Median milliseconds of the calls after it. */
  readonly warm: number;
  readonly runs: number;
}

type Call = (cell: Cell) => Promise<CellResult<unknown>>;

const POLICY = `package sluice.object.images

# METADATA
# title: Images are pinned
deny contains reason if {
	some container in input.object.spec.template.spec.containers
	not contains(container.image, "@sha256:")
	reason := $"{container.image} is not pinned"
}
`;

const POLICY_TEST = `package images_test

import data.sluice.object.images

test_floating if {
	spec := {"template": {"spec": {"containers": [{"image": "a:1"}]}}}
	count(images.deny) == 1 with input as {"object": {"spec": spec}}
}
`;

const BUNDLE = tree({ "images.rego": POLICY, "images_test.rego": POLICY_TEST });

/** An overlay on a base with this many Deployments. */
function deployments(count: number): Files {
  const names = Array.from({ length: count }, (_, i) => `app-${i}`);
  const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers: [{name: main, image: registry.example/app:1, resources: {limits: {memory: 64Mi}}}]
`;
  return tree({
    "prod/kustomization.yaml":
      "namespace: prod\nresources: [../base]\nimages: [{name: registry.example/app, newTag: '2'}]\n",
    "base/kustomization.yaml": `resources:\n${names.map((name) => `- ${name}.yaml\n`).join("")}`,
    ...Object.fromEntries(names.map((name) => [`base/${name}.yaml`, deployment(name)])),
  });
}

const OPERATIONS: readonly (readonly [name: string, runs: number, call: Call])[] = [
  ["rego.compile", 15, (cell) => cell.compileRego({ files: BUNDLE })],
  ["rego.check", 15, (cell) => cell.checkRego({ files: BUNDLE })],
  ["rego.test", 15, (cell) => cell.testRego({ files: BUNDLE })],
  ["rego.inspect", 15, (cell) => cell.inspectRego({ files: BUNDLE })],
  ["kustomize.build, 20 objects", 15, build(20)],
  ["kustomize.build, 500 objects", 3, build(500)],
];

function build(count: number): Call {
  const files = deployments(count);
  return (cell) => cell.buildKustomization({ files, dir: "prod" });
}

/** Each operation in a cell of its own, the module decompressed already; the last row is the start without that. */
export async function benchCell(): Promise<CellRow[]> {
  const cacheDir = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  try {
    const unpacking = await measure({ cacheDir }, "rego.inspect, module not decompressed yet", 1, (cell) =>
      cell.inspectRego({ files: BUNDLE }),
    );
    const rows: CellRow[] = [];
    for (const [name, runs, call] of OPERATIONS) rows.push(await measure({ cacheDir }, name, runs, call));
    return [...rows, unpacking];
  } finally {
    await rm(cacheDir, { recursive: true });
  }
}

async function measure(
  options: { cacheDir: string },
  operation: string,
  runs: number,
  call: Call,
): Promise<CellRow> {
  const cell = new Cell(options);
  try {
    const cold = await time(cell, call);
    const warm: number[] = [];
    for (let run = 0; run < runs; run++) warm.push(await time(cell, call));
    return { operation, cold, warm: median(warm), runs };
  } finally {
    await cell.close();
  }
}

async function time(cell: Cell, call: Call): Promise<number> {
  const started = performance.now();
  const result = await call(cell);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.problems)}`);
  return performance.now() - started;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function toTable(rows: readonly CellRow[]): string {
  const line = (operation: string, cold: string, warm: string, runs: string): string =>
    `${operation.padEnd(44)}${cold.padStart(10)}${warm.padStart(10)}${runs.padStart(6)}`;
  return [
    line("the cell", "cold ms", "warm ms", "runs"),
    ...rows.map((row) => line(row.operation, row.cold.toFixed(0), row.warm.toFixed(1), `${row.runs}`)),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchCell()));
