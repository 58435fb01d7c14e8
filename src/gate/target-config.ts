import { resolve } from "node:path";
import { type Gate, keyOf, type Located, ResourceError, type Resources, secretValue } from "../api/index.ts";
import { findNamed } from "./find-named.ts";

export interface DirectoryTargetConfig {
  readonly kind: "directory";
  /** Absolute. */
  readonly path: string;
}

type ClusterSpec = Extract<Gate["spec"]["target"], { cluster: unknown }>["cluster"];

/** How to reach another cluster; the text holds credentials. */
export interface RemoteCluster {
  readonly secret: string;
  readonly key: string;
  readonly text: string;
}

export interface ClusterTargetConfig extends Omit<ClusterSpec, "serviceAccountName" | "kubeConfig"> {
  readonly kind: "cluster";
  /** Undefined: the default of the installation. */
  readonly serviceAccountName: string | undefined;
  /** Undefined: the cluster that Sluice runs in. */
  readonly kubeConfig: RemoteCluster | undefined;
}

export type TargetConfig = DirectoryTargetConfig | ClusterTargetConfig;

/** Where a gate's manifests go, with what that names. Throws {@link ResourceError}. */
export function resolveTarget(located: Located<Gate>, resources: Resources): TargetConfig {
  const path = directoryOf(located);
  if (path !== undefined) return { kind: "directory", path };
  const { target } = located.resource.spec;
  if (!("cluster" in target)) throw new TypeError("a target is a directory or a cluster");
  const { serviceAccountName, kubeConfig, ...settings } = target.cluster;
  return {
    ...settings,
    kind: "cluster",
    serviceAccountName,
    kubeConfig: kubeConfig && readKubeConfig(kubeConfig.secretRef, located.resource, resources),
  };
}

/** The absolute path of a directory target; undefined for a gate with another target. */
export function directoryOf({ resource, folder }: Located<Gate>): string | undefined {
  const { target } = resource.spec;
  return "directory" in target ? resolve(folder, target.directory.path) : undefined;
}

function readKubeConfig(
  { name, key }: { readonly name: string; readonly key: string },
  gate: Gate,
  resources: Resources,
): RemoteCluster {
  const secret = findNamed("Secret", name, gate, resources);
  const text = secretValue(secret, key);
  if (text !== undefined && text !== "") return { secret: name, key, text };
  throw new ResourceError("INVALID_RESOURCE", `Secret ${keyOf(secret)} has no kubeconfig in its key ${key}`, {
    remedy: "put the kubeconfig there, or name its key in target.cluster.kubeConfig.secretRef.key",
  });
}
