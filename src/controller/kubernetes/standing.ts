import type { KubeObject } from "../../kube/index.ts";
import { ControllerError } from "../error.ts";
import type { Known } from "./resolve.ts";
import { fieldsOf, keyOfObject, type WatchedKind } from "./watched.ts";

/** One version of a spec; undefined for what is not there. */
type Version = string | undefined;

/**
 * What a gate's run is based on: its own spec, its trust and its policies, as they were when the run began. The function
 * that it gives throws OUTDATED once any of them is another, or gone: what was judged before is not acted upon then.
 */
export function standingOf(gate: KubeObject, known: Known): () => void {
  const read = (): string =>
    JSON.stringify(basisOf(gate).map(([kind, key]) => versionOf(known.get(kind, key))));
  const before = read();
  return () => {
    if (read() === before) return;
    throw new ControllerError(
      "OUTDATED",
      `Gate ${keyOfObject(gate)}, or what it names, changed while it was judged`,
      {
        remedy: "nothing to do: it is judged anew",
      },
    );
  };
}

function basisOf(gate: KubeObject): (readonly [WatchedKind, string])[] {
  const { trusts, policies } = fieldsOf(gate);
  return [
    ["Gate", keyOfObject(gate)],
    ...trusts.map((name) => ["TrustPolicy", `${gate.metadata.namespace}/${String(name)}`] as const),
    ...policies.map((name) => ["PolicyBundle", String(name)] as const),
  ];
}

function versionOf(object: KubeObject | undefined): Version {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
  return `${object.metadata.uid} ${object.metadata.generation}`;
}
