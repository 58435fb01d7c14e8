import { resolve } from "node:path";
import {
  checkGitHost,
  type Gate,
  keyOf,
  type Located,
  ResourceError,
  type Resources,
  type Secret,
  type TrustMaterial,
  toCredentials,
  toProxy,
} from "../api/index.ts";
import type { GitAuth, RefSelector } from "../git/index.ts";
import type { JsonObject } from "../render/index.ts";
import { findNamed } from "./find-named.ts";
import { directoryOf, resolveTarget, type TargetConfig } from "./target-config.ts";

/** Where the files of a bundle are. */
export type BundleFiles =
  | {
      /** Absolute. */
      readonly folder: string;
      /** A folder that it must lie in, however many links lead there. */
      readonly within?: string;
    }
  | { /** By their paths in the bundle. */ readonly files: ReadonlyMap<string, Uint8Array> };

/** Where a policy bundle's Rego is, and what it is given. */
export interface BundleReference {
  readonly name: string;
  readonly source: BundleFiles;
  readonly parameters: JsonObject;
}

/** A submodule that a gate allows, with what that names found. */
export interface SubmoduleConfig {
  readonly path: string;
  readonly url: string;
  readonly credentials: GitAuth | undefined;
  readonly trust: TrustMaterial;
}

/** A gate with everything that it names found: what one run of the flow needs to know. */
export interface GateConfig {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** Milliseconds. */
  readonly interval: number;
  /** Milliseconds until a run that failed is tried again. */
  readonly retryInterval: number;
  readonly suspend: boolean;
  /** Names of gates in the same namespace. */
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: Gate["spec"]["deletionPolicy"];
  readonly url: string;
  readonly ref: RefSelector;
  readonly credentials: GitAuth | undefined;
  readonly path: string;
  readonly submodules: readonly SubmoduleConfig[];
  readonly trust: TrustMaterial;
  readonly bundles: readonly BundleReference[];
  readonly namespaces: readonly string[];
  readonly clusterResources: boolean;
  readonly target: TargetConfig;
}

/** Finds what a gate names. Throws {@link ResourceError}. */
function resolveGate(located: Located<Gate>, resources: Resources): GateConfig {
  const gate = located.resource;
  const { metadata, spec } = gate;
  return {
    gate: { namespace: metadata.namespace, name: metadata.name },
    interval: spec.interval,
    retryInterval: spec.retryInterval ?? spec.interval,
    suspend: spec.suspend,
    dependsOn: spec.dependsOn.map(({ name }) => name),
    deletionPolicy: spec.deletionPolicy,
    url: spec.source.git.url,
    ref: spec.source.git.ref,
    credentials: findCredentials(spec.source.git, gate, resources),
    submodules: spec.source.git.submodules.map((each) => ({
      path: each.path,
      url: each.url,
      credentials: findCredentials(each, gate, resources),
      trust: findNamed("TrustPolicy", each.trust, gate, resources),
    })),
    path: spec.path,
    trust: findNamed("TrustPolicy", spec.trust, gate, resources),
    bundles: spec.policies.map((name) => findBundle(name, gate, resources)),
    namespaces: spec.namespaces ?? [metadata.namespace],
    clusterResources: spec.clusterResources,
    target: resolveTarget(located, resources),
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
    if (path === undefined || second === undefined) continue;
    throw new ResourceError("INVALID_RESOURCE", `Gates ${first} and ${second} have one target, ${path}`, {
      remedy: "give each gate a directory of its own",
    });
  }
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

type RemoteSpec = Pick<Gate["spec"]["source"]["git"], "url" | "auth" | "proxy">;

function findCredentials(
  { url, auth, proxy }: RemoteSpec,
  gate: Gate,
  resources: Resources,
): GitAuth | undefined {
  const secret = auth && findNamed("Secret", auth.secretRef.name, gate, resources);
  const credentials = secret && readCredentials(secret, url, resources);
  if (proxy === undefined) return credentials;
  return { ...credentials, proxy: toProxy(findNamed("Secret", proxy.secretRef.name, gate, resources)) };
}

function readCredentials(secret: Secret, url: string, resources: Resources): GitAuth {
  if (resources.inCluster) checkGitHost(secret, url);
  return toCredentials(secret);
}

function findBundle(name: string, gate: Gate, resources: Resources): BundleReference {
  const { folder, confined, resource } = findNamed("PolicyBundle", name, gate, resources);
  const { rego, parameters } = resource.spec;
  if ("path" in rego) {
    const source = { folder: resolve(folder, rego.path), ...(confined === true && { within: folder }) };
    return { name, source, parameters };
  }
  const files = Object.entries(rego.modules).map(([path, text]) => [path, Buffer.from(text)] as const);
  return { name, source: { files: new Map(files) }, parameters };
}
