// Evaluating the baseline pack, beside opa and conftest: `npx node test/bench/policy.ts`, or in `npm run bench`.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Cell } from "../../src/cell/index.ts";
import {
  type CompiledBundle,
  PolicyEngine,
  type PolicyInput,
  readPolicyDirectory,
} from "../../src/policy/index.ts";
import type { KubernetesObject } from "../../src/render/index.ts";
import { tool } from "../support/tools.ts";

export interface PolicyRow {
  readonly evaluator: string;
  /** Milliseconds a manifest; undefined where the tool is not installed. */
  readonly perManifest: number | undefined;
}

const BASELINE = join(import.meta.dirname, "../../policies/baseline");
const MANIFESTS = 500;
const RUNS = 9;
const PEER_RUNS = 5;
const MAX_OUTPUT = 64 * 1024 * 1024;
/** One container of each manifest breaks three rules. */
const DENIALS = 3;
const PARAMETERS = { registries: ["registry.bank.example"] };

/** The gate's evaluator runs in a process that runs already; opa and conftest are started for each manifest. */
export async function benchPolicy(): Promise<PolicyRow[]> {
  const cell = new Cell();
  const engine = new PolicyEngine({ cell });
  const directory = mkdtempSync(join(tmpdir(), "sluice-bench-policy-"));
  try {
    const bundle = await compileBaseline(engine);
    const objects = deployments(MANIFESTS);
    const one = write(join(directory, "one.json"), { object: objects[0] });
    const all = write(join(directory, "all.json"), { object: {}, objects });
    return [
      { evaluator: "sluice, one manifest", perManifest: await benchEngine(engine, bundle, 1) },
      {
        evaluator: `sluice, ${MANIFESTS} in a change`,
        perManifest: await benchEngine(engine, bundle, MANIFESTS),
      },
      { evaluator: "opa eval, one manifest", perManifest: benchPeer("opa", opaArguments(one, REASONS), 1) },
      {
        evaluator: `opa eval, ${MANIFESTS} in an input`,
        perManifest: benchPeer("opa", opaArguments(all, REASONS_OF_ALL), MANIFESTS),
      },
      {
        evaluator: "conftest test, one manifest",
        perManifest: benchPeer("conftest", conftestArguments(one), 1),
      },
    ];
  } finally {
    rmSync(directory, { recursive: true });
    await engine.close();
    await cell.close();
  }
}

async function compileBaseline(engine: PolicyEngine): Promise<CompiledBundle> {
  const files = await readPolicyDirectory(BASELINE);
  if (!files.ok) throw new Error("the baseline pack cannot be read");
  const compiled = await engine.compile({ name: "baseline", files: files.value, parameters: PARAMETERS });
  if (!compiled.ok) throw new Error("the baseline pack does not compile");
  return compiled.value;
}

/** The median of several changes of this size, after one that warms up. */
async function benchEngine(engine: PolicyEngine, bundle: CompiledBundle, count: number): Promise<number> {
  const input: PolicyInput = { ...evidence(), objects: deployments(count) };
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const start = performance.now();
    const { findings, faults } = await engine.evaluate([bundle], input);
    times.push((performance.now() - start) / count);
    expectDenials(findings.length / count, faults.length);
  }
  return median(times.slice(1));
}

/** The median of several processes, each from its start to its end. */
function benchPeer(name: "opa" | "conftest", args: readonly string[], manifests: number): number | undefined {
  const program = tool(name);
  if (program === undefined) return undefined;
  const times: number[] = [];
  for (let run = 0; run <= PEER_RUNS; run += 1) {
    const start = performance.now();
    const output = execFileSync(program, args, { encoding: "utf8", maxBuffer: MAX_OUTPUT });
    times.push((performance.now() - start) / manifests);
    expectDenials(countDenials(JSON.parse(output)) / manifests, 0);
  }
  return median(times.slice(1));
}

function expectDenials(found: number, faults: number): void {
  if (found !== DENIALS || faults > 0) throw new Error(`${found} denials a manifest instead of ${DENIALS}`);
}

const REASONS = "[reason | some name; some reason in data.sluice.object[name].deny]";
const REASONS_OF_ALL = `[reasons | some object in input.objects; reasons := ${REASONS} with input.object as object]`;

function opaArguments(inputFile: string, query: string): string[] {
  return ["eval", "--data", BASELINE, "--input", inputFile, "--format", "raw", query];
}

function conftestArguments(inputFile: string): string[] {
  return ["test", "--policy", BASELINE, "--all-namespaces", "--no-fail", "--output", "json", inputFile];
}

/** In lists (and lists of lists) of reasons, as opa prints them, or in conftest's results. */
function countDenials(output: unknown): number {
  if (Array.isArray(output)) return output.reduce((total: number, each) => total + countDenials(each), 0);
  if (typeof output !== "object" || output === null) return 0;
  if ("msg" in output && "path" in output) return 1;
  return "failures" in output && Array.isArray(output.failures) ? output.failures.length : 0;
}

function write(file: string, fields: object): string {
  writeFileSync(file, JSON.stringify({ ...evidence(), parameters: PARAMETERS, ...fields }));
  return file;
}

/** A change of some commits, as gates see them. */
function evidence(): Omit<PolicyInput, "objects"> {
  const person = { name: "Alice", email: "alice@bank.example", at: "2026-01-01T00:00:00.000Z" };
  const commits = Array.from({ length: 10 }, (_, index) => ({
    oid: index.toString(16).padStart(40, "0"),
    verdict: "verified" as const,
    scheme: "ssh",
    signer: "alice",
    roles: ["developer"],
    key: "SHA256:SmVPCUDbTk1Oj3yo9oVRhcGZrBPJhcj9kiv2EvlhTpE",
    code: null,
    author: person,
    committer: person,
    summary: `change number ${index}`,
    approvals: [],
  }));
  return {
    gate: { namespace: "payments", name: "payments" },
    time: "2026-01-01T00:00:00.000Z",
    source: {
      url: "https://git.bank.example/payments/config.git",
      ref: "refs/heads/main",
      revision: "f".repeat(40),
      base: "0".repeat(40),
      commits,
      changedPaths: ["prod/api.yaml"],
    },
    images: {},
    imageNotices: [],
  };
}

function deployments(count: number): KubernetesObject[] {
  return Array.from({ length: count }, (_, index) => deployment(`api-${index}`));
}

function deployment(name: string): KubernetesObject {
  const good = {
    name: "api",
    image: `registry.bank.example/payments/api:1@sha256:${"0".repeat(64)}`,
    ports: [{ name: "http", containerPort: 8080 }],
    env: [{ name: "LOG_LEVEL", value: "info" }],
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
    livenessProbe: { httpGet: { path: "/healthz", port: "http" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "cache", mountPath: "/var/cache" }],
  };
  const bad = {
    ...good,
    name: "sidecar",
    image: "registry.bank.example/mesh/sidecar:2",
    securityContext: { privileged: true, allowPrivilegeEscalation: true, capabilities: { drop: ["ALL"] } },
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "payments", labels: { app: name } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          serviceAccountName: name,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
          containers: [good, bad],
          volumes: [{ name: "cache", emptyDir: {} }],
        },
      },
    },
  };
}

function median(times: readonly number[]): number {
  return times.toSorted((left, right) => left - right)[Math.floor(times.length / 2)] ?? Number.NaN;
}

export function toTable(rows: readonly PolicyRow[]): string {
  const ours = rows[1]?.perManifest ?? Number.NaN;
  const lines = rows.map(({ evaluator, perManifest }) => {
    if (perManifest === undefined) return `${evaluator.padEnd(28)}  not installed (npm run tools)`;
    const ratio = `${(perManifest / ours).toFixed(1)}×`;
    return `${evaluator.padEnd(28)}  ${perManifest.toFixed(3).padStart(9)} ms a manifest  ${ratio.padStart(8)}`;
  });
  return ["Policy: the baseline pack over Deployments", ...lines].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchPolicy()));
