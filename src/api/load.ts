import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { API_VERSION } from "./common.ts";
import { findDependencyCycle } from "./dependencies.ts";
import { type ResourceDocument, readDocuments } from "./documents.ts";
import { ResourceError } from "./error.ts";
import { type Gate, gateSchema } from "./gate.ts";
import type { TrustMaterial } from "./material.ts";
import { type PolicyBundle, policyBundleSchema } from "./policy-bundle.ts";
import { readTrustMaterial } from "./read-trust.ts";
import { type Secret, secretSchema } from "./secret.ts";
import { trustPolicySchema } from "./trust-policy.ts";

/** A resource as it was read, with the folder that its relative paths start from. */
export interface Located<T> {
  readonly resource: T;
  readonly folder: string;
}

/** Everything in the files of `-f`, by `namespace/name` (PolicyBundles, which are cluster-scoped, by name). */
export interface Resources {
  readonly gates: ReadonlyMap<string, Located<Gate>>;
  readonly trustPolicies: ReadonlyMap<string, TrustMaterial>;
  readonly policyBundles: ReadonlyMap<string, Located<PolicyBundle>>;
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** Reads and validates resource files; throws one {@link ResourceError} that lists a document's every problem. */
export async function loadResources(paths: readonly string[]): Promise<Resources> {
  const gates = new Map<string, Located<Gate>>();
  const trustPolicies = new Map<string, TrustMaterial>();
  const policyBundles = new Map<string, Located<PolicyBundle>>();
  const secrets = new Map<string, Secret>();
  for (const document of (await Promise.all(paths.map(readDocuments))).flat()) {
    const folder = dirname(resolve(document.file));
    const kind = kindOf(document);
    switch (kind) {
      case "Gate": {
        const gate = validate(gateSchema, document);
        insert(gates, keyOf(gate), { resource: gate, folder }, document, kind);
        break;
      }
      case "TrustPolicy": {
        const policy = validate(trustPolicySchema, document);
        insert(
          trustPolicies,
          keyOf(policy),
          await readTrustMaterial(policy, folder, document),
          document,
          kind,
        );
        break;
      }
      case "PolicyBundle": {
        const bundle = validate(policyBundleSchema, document);
        insert(policyBundles, bundle.metadata.name, { resource: bundle, folder }, document, kind);
        break;
      }
      case "Secret": {
        const secret = validate(secretSchema, document);
        insert(secrets, keyOf(secret), secret, document, kind);
        break;
      }
    }
  }
  refuseCycles(gates);
  return { gates, trustPolicies, policyBundles, secrets };
}

function refuseCycles(gates: Resources["gates"]): void {
  const cycle = findDependencyCycle([...gates.values()].map(({ resource }) => resource));
  if (cycle === undefined) return;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `these Gates would wait for each other for ever: ${cycle.join(" → ")}`,
    { remedy: "remove one of them from a dependsOn" },
  );
}

/** The one TrustPolicy in a file or folder, for the commands that need nothing else. */
export async function loadTrustPolicy(path: string): Promise<TrustMaterial> {
  const { trustPolicies } = await loadResources([path]);
  const [policy, another] = trustPolicies.values();
  if (policy === undefined || another !== undefined) {
    throw new ResourceError(
      "MISSING_RESOURCE",
      `${path} holds ${trustPolicies.size} TrustPolicies, expected one`,
    );
  }
  return policy;
}

export function keyOf(resource: { metadata: { namespace: string; name: string } }): string {
  return `${resource.metadata.namespace}/${resource.metadata.name}`;
}

type Kind = "Gate" | "TrustPolicy" | "PolicyBundle" | "Secret";

function kindOf(document: ResourceDocument): Kind {
  const { apiVersion, kind } = Object(document.value) as { apiVersion?: unknown; kind?: unknown };
  if (apiVersion === API_VERSION && (kind === "Gate" || kind === "TrustPolicy" || kind === "PolicyBundle"))
    return kind;
  if (apiVersion === "v1" && kind === "Secret") return kind;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `${document.locate([])}: found ${JSON.stringify(apiVersion)} ${JSON.stringify(kind)}, expected a Gate, TrustPolicy or PolicyBundle of ${API_VERSION}, or a v1 Secret`,
  );
}

function validate<T extends z.ZodType>(schema: T, document: ResourceDocument): z.output<T> {
  const parsed = schema.safeParse(document.value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    (issue) => `${document.locate(issue.path)}: ${issue.path.join(".") || "document"}: ${issue.message}`,
  );
  throw new ResourceError("INVALID_RESOURCE", problems.join("\n"), { cause: parsed.error });
}

function insert<T>(map: Map<string, T>, key: string, value: T, document: ResourceDocument, kind: Kind): void {
  if (map.has(key)) {
    throw new ResourceError("DUPLICATE_RESOURCE", `${document.locate([])}: a second ${kind} named ${key}`, {
      remedy: "remove one of them: which one counts would be a guess",
    });
  }
  map.set(key, value);
}
