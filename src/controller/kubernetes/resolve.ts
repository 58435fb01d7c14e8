import {
  type Gate,
  keyOf,
  type Located,
  namedDataOf,
  type ObjectProblem,
  ResourceError,
  type Resources,
  resourcesFromObjects,
} from "../../api/index.ts";
import { resolveTarget, type TargetConfig } from "../../gate/index.ts";
import { type KubeClient, KubeError, type KubeObject } from "../../kube/index.ts";
import { fieldsOf, keyOfObject, type WatchedKind } from "./watched.ts";

/** The objects that are known, as far as they are watched. */
export interface Known {
  get(kind: WatchedKind, key: string): KubeObject | undefined;
}

export interface ResolveOptions {
  readonly known: Known;
  /**
   * Reads Secrets and ConfigMaps, by name and anew for each run. They are not watched: that would take the right to
   * see every Secret of the cluster. One that changes counts from the next run on.
   */
  readonly client: Pick<KubeClient, "get">;
  readonly policiesDir: string;
}

export interface ResolvedGate {
  readonly located: Located<Gate>;
  /** The gate and what it names, as far as that is there and can be used. */
  readonly resources: Resources;
}

/** Finds what a gate names. Throws ResourceError for a gate that cannot be used itself, and KubeError. */
export async function resolveGate(gate: KubeObject, options: ResolveOptions): Promise<ResolvedGate> {
  const { known, client, policiesDir } = options;
  const objects = [...withDependencies(gate, known), ...namedBy(gate, known)];
  const data = await Promise.all(dataOf(gate, objects).map((ref) => readData(ref, client)));
  const { resources, problems } = resourcesFromObjects(
    [...objects, ...data.filter((object) => object !== undefined)],
    { policiesDir },
  );
  return pick(gate, resources, problems);
}

/** A gate by itself: what it waits for, and what it names, does not matter. Throws ResourceError. */
export function parseGate(gate: KubeObject): ResolvedGate {
  const { resources, problems } = resourcesFromObjects([gate], { policiesDir: "" });
  return pick(gate, resources, problems);
}

/** Where a gate's objects are, with the one Secret that says so. Throws ResourceError and KubeError. */
export async function targetOf(
  located: Located<Gate>,
  client: ResolveOptions["client"],
): Promise<TargetConfig> {
  const { metadata, spec } = located.resource;
  const ref = "cluster" in spec.target ? spec.target.cluster.kubeConfig?.secretRef : undefined;
  const { namespace } = metadata;
  const secret = ref && (await readData({ kind: "Secret", namespace, name: ref.name }, client));
  const { resources } = resourcesFromObjects(secret === undefined ? [] : [secret], { policiesDir: "" });
  return resolveTarget(located, resources);
}

function pick(gate: KubeObject, resources: Resources, problems: readonly ObjectProblem[]): ResolvedGate {
  const key = keyOfObject(gate);
  const located = resources.gates.get(key);
  if (located !== undefined) return { located, resources };
  const problem = problems.find(
    ({ kind, namespace, name }) => kind === "Gate" && `${namespace}/${name}` === key,
  );
  throw new ResourceError(
    "INVALID_RESOURCE",
    `Gate ${key} cannot be used: ${problem?.message ?? "it is not there"}`,
    {
      remedy: "mend the gate",
    },
  );
}

/** With all gates that it waits for, however indirectly: gates that wait for each other are a mistake. */
function withDependencies(gate: KubeObject, known: Known): KubeObject[] {
  const found = new Map([[keyOfObject(gate), gate]]);
  for (const each of found.values()) {
    for (const name of fieldsOf(each).dependsOn) {
      const other = known.get("Gate", `${gate.metadata.namespace}/${name}`);
      if (other !== undefined && !found.has(keyOfObject(other))) found.set(keyOfObject(other), other);
    }
  }
  return [...found.values()];
}

function namedBy(gate: KubeObject, known: Known): KubeObject[] {
  const { trusts, policies } = fieldsOf(gate);
  return [
    ...new Set(trusts.map((name) => known.get("TrustPolicy", `${gate.metadata.namespace}/${String(name)}`))),
    ...new Set(policies.map((name) => known.get("PolicyBundle", String(name)))),
  ].filter((object) => object !== undefined);
}

/** Of the gate itself and of its trust; not of the gates that it waits for. */
function dataOf(gate: KubeObject, objects: readonly KubeObject[]): DataRef[] {
  const trust = objects.filter(({ kind }) => kind === "TrustPolicy");
  const refs = [gate, ...trust].flatMap(namedDataOf);
  return [...new Map(refs.map((ref) => [`${ref.kind} ${keyOf({ metadata: ref })}`, ref])).values()];
}

type DataRef = ReturnType<typeof namedDataOf>[number];

/** Undefined for one that is not there, which only whoever names it can tell apart from a mistake. */
async function readData(ref: DataRef, client: ResolveOptions["client"]): Promise<KubeObject | undefined> {
  try {
    return await client.get({ apiVersion: "v1", ...ref });
  } catch (cause) {
    if (!(cause instanceof KubeError) || cause.transient) throw cause;
    const { kind, namespace, name } = ref;
    throw new ResourceError("UNREADABLE", `${kind} ${namespace}/${name} cannot be read (${cause.code})`, {
      remedy: "let the controller's service account get it",
      cause,
    });
  }
}
