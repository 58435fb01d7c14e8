import { dirname, resolve } from "node:path";
import { findDependencyCycle } from "./dependencies.ts";
import { type ResourceDocument, readDocuments } from "./documents.ts";
import { ResourceError } from "./error.ts";
import { readKeyFiles } from "./key-files.ts";
import type { TrustMaterial } from "./material.ts";
import { describeIssue, type Located, parseResource, type Resource } from "./parse.ts";
import { idOf, keyOf, type Resources, sortResources } from "./resources.ts";
import { toTrustMaterial } from "./trust-material.ts";
import type { TrustPolicy } from "./trust-policy.ts";

interface Loaded extends Located<Resource> {
  readonly document: ResourceDocument;
}

/** Reads and validates resource files; throws one {@link ResourceError} that lists a document's every problem. */
export async function loadResources(paths: readonly string[]): Promise<Resources> {
  const loaded = (await Promise.all(paths.map(readDocuments))).flat().map(parseDocument);
  const documents = documentsById(loaded);
  const { policies, gates, policyBundles, secrets, configMaps } = sortResources(loaded);
  refuseCycles([...gates.values()]);
  const trustPolicies = new Map<string, TrustMaterial>();
  for (const [key, { resource, folder }] of policies) {
    const files = await readKeyFiles(resource, folder);
    const locate = locatorOf(resource, documents);
    trustPolicies.set(key, toTrustMaterial(resource, { files, secrets, configMaps, locate }));
  }
  return { gates, trustPolicies, policyBundles, secrets, broken: new Map(), inCluster: false };
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

function parseDocument(document: ResourceDocument): Loaded {
  const parsed = parseResource(document.value);
  if (parsed.ok) return { resource: parsed.resource, folder: dirname(resolve(document.file)), document };
  const problems = parsed.issues.map((issue) => `${document.locate(issue.path)}: ${describeIssue(issue)}`);
  throw new ResourceError("INVALID_RESOURCE", problems.join("\n"));
}

function documentsById(loaded: readonly Loaded[]): ReadonlyMap<string, ResourceDocument> {
  const documents = new Map<string, ResourceDocument>();
  for (const { resource, document } of loaded) {
    const id = idOf(resource.kind, keyOf(resource));
    if (documents.has(id)) {
      throw new ResourceError("DUPLICATE_RESOURCE", `${document.locate([])}: a second ${id}`, {
        remedy: "remove one of them: which one counts would be a guess",
      });
    }
    documents.set(id, document);
  }
  return documents;
}

function locatorOf(policy: TrustPolicy, documents: ReadonlyMap<string, ResourceDocument>) {
  const document = documents.get(idOf(policy.kind, keyOf(policy)));
  return (path: readonly PropertyKey[]): string => document?.locate(path) ?? "";
}

function refuseCycles(gates: readonly Located<Extract<Resource, { kind: "Gate" }>>[]): void {
  const cycle = findDependencyCycle(gates.map(({ resource }) => resource));
  if (cycle === undefined) return;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `these Gates would wait for each other for ever: ${cycle.join(" → ")}`,
    { remedy: "remove one of them from a dependsOn" },
  );
}
