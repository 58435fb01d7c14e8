import { resolve } from "node:path";
import {
  type Credentials,
  type Gate,
  keyOf,
  type Located,
  ResourceError,
  type Resources,
  type Secret,
  type TrustMaterial,
  toCredentials,
} from "../api/index.ts";
import type { JsonObject } from "../render/index.ts";

/** Where a policy bundle's Rego is, and what it is given. */
export interface BundleReference {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly parameters: JsonObject;
}

/** A gate with everything that it names found: what one run of the flow needs to know. */
export interface GateConfig {
  readonly gate: { readonly namespace: string; readonly name: string };
  readonly interval: number;
  readonly suspend: boolean;
  readonly url: string;
  readonly branch: string;
  readonly credentials: Credentials | undefined;
  readonly path: string;
  readonly trust: TrustMaterial;
  readonly bundles: readonly BundleReference[];
  readonly namespaces: readonly string[];
  readonly clusterResources: boolean;
  /** Absolute path of the directory target. */
  readonly directory: string;
}

/**
 * Finds what a gate names. Names resolve in the gate's own namespace only (a TrustPolicy or Secret of
 * another tenant is not there); PolicyBundles are cluster-scoped. Throws {@link ResourceError}.
 */
function resolveGate(located: Located<Gate>, resources: Resources): GateConfig {
  const gate = located.resource;
  const { metadata, spec } = gate;
  const trust = resources.trustPolicies.get(`${metadata.namespace}/${spec.trust}`);
  if (trust === undefined) throw missing(gate, `TrustPolicy ${metadata.namespace}/${spec.trust}`);
  return {
    gate: { namespace: metadata.namespace, name: metadata.name },
    interval: spec.interval,
    suspend: spec.suspend,
    url: spec.source.git.url,
    branch: spec.source.git.ref.branch,
    credentials: findCredentials(gate, resources),
    path: spec.path,
    trust,
    bundles: spec.policies.map((name) => findBundle(name, gate, resources)),
    namespaces: spec.namespaces ?? [metadata.namespace],
    clusterResources: spec.clusterResources,
    directory: directoryOf(located),
  };
}

/** The gates of a set of resources, by `namespace/name` or plain name; all of them where none is asked for. */
export function selectGates(resources: Resources, names: readonly string[]): GateConfig[] {
  const all = [...resources.gates.values()];
  if (all.length === 0) throw new ResourceError("MISSING_RESOURCE", "the files hold no Gate");
  refuseSharedTargets(all);
  const chosen = names.length === 0 ? all : new Set(names.map((name) => findGate(name, all)));
  return [...chosen].map((gate) => resolveGate(gate, resources));
}

/** Two gates that write to one directory would undo each other for ever. */
function refuseSharedTargets(gates: readonly Located<Gate>[]): void {
  for (const [path, sharing] of Map.groupBy(gates, directoryOf)) {
    const [first, second] = sharing.map(({ resource }) => keyOf(resource));
    if (second === undefined) continue;
    throw new ResourceError("INVALID_RESOURCE", `Gates ${first} and ${second} have one target, ${path}`, {
      remedy: "give each gate a directory of its own",
    });
  }
}

function directoryOf({ resource, folder }: Located<Gate>): string {
  return resolve(folder, resource.spec.target.directory.path);
}

function findGate(name: string, gates: readonly Located<Gate>[]): Located<Gate> {
  const [found, another] = gates.filter(
    ({ resource }) => keyOf(resource) === name || resource.metadata.name === name,
  );
  if (found !== undefined && another === undefined) return found;
  const known = gates.map(({ resource }) => keyOf(resource)).join(", ");
  throw new ResourceError(
    "MISSING_RESOURCE",
    found === undefined ? `no Gate ${name}` : `more than one Gate is named ${name}`,
    { remedy: `name one of: ${known}` },
  );
}

function findCredentials(gate: Gate, resources: Resources): Credentials | undefined {
  const name = gate.spec.source.git.auth?.secretRef.name;
  if (name === undefined) return undefined;
  const secret = resources.secrets.get(`${gate.metadata.namespace}/${name}`);
  if (secret === undefined) throw missing(gate, `Secret ${gate.metadata.namespace}/${name}`);
  const credentials = toCredentials(secret);
  if (credentials === undefined)
    throw unusable(secret, "has neither `username` and `password` nor `bearerToken`");
  return credentials;
}

function unusable(secret: Secret, problem: string): ResourceError {
  return new ResourceError("INVALID_RESOURCE", `Secret ${keyOf(secret)} ${problem}`);
}

function findBundle(name: string, gate: Gate, resources: Resources): BundleReference {
  const bundle = resources.policyBundles.get(name);
  if (bundle === undefined) throw missing(gate, `PolicyBundle ${name}`);
  const { rego, parameters } = bundle.resource.spec;
  return { name, folder: resolve(bundle.folder, rego.path), parameters };
}

function missing(gate: Gate, what: string): ResourceError {
  return new ResourceError("MISSING_RESOURCE", `Gate ${keyOf(gate)} names ${what}, which is not there`, {
    remedy: "add it to the files given with -f; names resolve in the gate's own namespace only",
  });
}
