import { join } from "node:path";
import {
  type CompiledBundle,
  PolicyEngine,
  type PolicyEngineOptions,
  type PolicyInput,
  type PolicyReport,
  readPolicyDirectory,
} from "../../../src/policy/index.ts";
import type { JsonObject, KubernetesObject } from "../../../src/render/index.ts";
import { openCell, tree } from "../../cell/tree.ts";

export const BASELINE = join(import.meta.dirname, "../../../policies/baseline");
/** Where suites that test policies, and not the compiler, keep what was compiled. */
export const COMPILED = {
  directory: join(import.meta.dirname, "../../../node_modules/.cache/sluice/policies"),
  key: Buffer.from("of the tests"),
};
export const PARAMETERS = { registries: ["registry.bank.example"] };
export const IMAGE = `registry.bank.example/payments/api:1@sha256:${"5".repeat(64)}`;

/** An engine on a real cell; closes both. */
export function openEngine(options: Omit<PolicyEngineOptions, "cell"> = {}) {
  const cell = openCell();
  const engine = new PolicyEngine({ cell, ...options });
  return {
    engine,
    async close(): Promise<void> {
      await engine.close();
      await cell.close();
    },
    /** Compiles Rego files that have to be in order. */
    compile(files: Readonly<Record<string, string>>, parameters: JsonObject = {}): Promise<CompiledBundle> {
      return compile(engine, tree(files), parameters);
    },
    async compileBaseline(): Promise<CompiledBundle> {
      const files = await readPolicyDirectory(BASELINE);
      if (!files.ok) throw new Error(JSON.stringify(files.refusals));
      return compile(engine, files.value, PARAMETERS);
    },
    /** The codes for which these files do not compile. */
    async codesOf(files: Readonly<Record<string, string>>): Promise<string[]> {
      const compiled = await engine.compile({ name: "own", files: tree(files), parameters: {} });
      return compiled.ok ? [] : compiled.refusals.map(({ code }) => code);
    },
  };
}

async function compile(
  engine: PolicyEngine,
  files: ReadonlyMap<string, Uint8Array>,
  parameters: JsonObject,
): Promise<CompiledBundle> {
  const compiled = await engine.compile({ name: "own", files, parameters });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.refusals));
  return compiled.value;
}

/** A change that brings these objects, and of which nothing else is said. */
export function change(...objects: KubernetesObject[]): PolicyInput {
  return {
    gate: { namespace: "payments", name: "payments" },
    time: "2026-01-01T00:00:00.000Z",
    source: { url: "u", ref: "r", revision: "v", base: null, commits: [], changedPaths: [] },
    images: {},
    imageNotices: [],
    objects,
  };
}

export function configMap(name: string): KubernetesObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "payments" } };
}

/** A Pod that every rule of the baseline passes, with these fields of its spec changed. */
export function pod(spec: JsonObject = {}, name = "api"): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "payments" },
    spec: {
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [container()],
      ...spec,
    },
  };
}

/** A container that every rule of the baseline passes, with these fields changed. */
export function container(fields: JsonObject = {}): JsonObject {
  return {
    name: "app",
    image: IMAGE,
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    ...fields,
  };
}

/** Which packages deny, once each and sorted; faults are told as well. */
export function deniedBy({ findings, faults }: PolicyReport): string[] {
  const packages = findings.filter(({ rule }) => rule === "deny").map((finding) => finding.package);
  return [...new Set([...packages, ...faults.map(({ code }) => code)])].sort((a, b) => (a < b ? -1 : 1));
}
