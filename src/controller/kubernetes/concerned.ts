import type { KubeObject } from "../../kube/index.ts";
import { isReady } from "./readiness.ts";
import { fieldsOf, keyOfObject, REQUESTED_AT, type WatchEvent } from "./watched.ts";

/** The gates that have to run because of a change, out of all that are known. Pure. */
export function gatesConcerned(event: WatchEvent, gates: readonly KubeObject[]): string[] {
  switch (event.object.kind) {
    case "Gate":
      return [
        ...(asksForRun(event) ? [keyOfObject(event.object)] : []),
        ...(becameReady(event) ? dependantsOf(event.object, gates) : []),
      ];
    case "TrustPolicy":
      return changed(event) ? gates.filter((gate) => trusts(gate, event.object)).map(keyOfObject) : [];
    case "PolicyBundle": {
      const { name } = event.object.metadata;
      return changed(event)
        ? gates.filter((gate) => fieldsOf(gate).policies.includes(name)).map(keyOfObject)
        : [];
    }
    default:
      return [];
  }
}

/**
 * The gates beside this one that have the same source: in its namespace, since what another tenant's server shows is no
 * news here. Those that wait for others are left out: their turn comes after what they depend on is in place. Pure.
 */
export function gatesBeside(gate: KubeObject, gates: readonly KubeObject[]): string[] {
  const source = sourceOf(gate);
  return gates
    .filter((each) => fieldsOf(each).dependsOn.length === 0 && sourceOf(each) === source)
    .map(keyOfObject)
    .filter((key) => key !== keyOfObject(gate));
}

/** Where a gate takes its commits from, by which way and with which credentials: the same text for the same. Pure. */
export function sourceOf({ metadata: { namespace }, spec }: KubeObject): string | undefined {
  const { git }: Record<string, unknown> = Object(Object(spec).source);
  if (git === undefined) return undefined;
  const { submodules: _, ...source }: Record<string, unknown> = Object(git);
  return JSON.stringify([namespace, source], (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted())
      : value,
  );
}

/** What only changes a status asks for nothing: the controller writes those itself. */
function asksForRun(event: WatchEvent): boolean {
  const { object, previous } = event;
  const requested = ({ metadata }: KubeObject) => metadata.annotations?.[REQUESTED_AT];
  return (
    changed(event) ||
    (previous !== undefined &&
      (requested(previous) !== requested(object) ||
        previous.metadata.deletionTimestamp !== object.metadata.deletionTimestamp))
  );
}

/** Made, made anew, taken away, or with another spec. */
function changed({ type, object, previous }: WatchEvent): boolean {
  return (
    type !== "modified" ||
    previous === undefined ||
    previous.metadata.uid !== object.metadata.uid ||
    previous.metadata.generation !== object.metadata.generation
  );
}

function becameReady({ type, object, previous }: WatchEvent): boolean {
  return type !== "deleted" && isReady(object) && (previous === undefined || !isReady(previous));
}

function dependantsOf({ metadata: { namespace, name } }: KubeObject, gates: readonly KubeObject[]): string[] {
  return gates
    .filter((gate) => gate.metadata.namespace === namespace && fieldsOf(gate).dependsOn.includes(name))
    .map(keyOfObject);
}

function trusts(gate: KubeObject, { metadata: { namespace, name } }: KubeObject): boolean {
  return gate.metadata.namespace === namespace && fieldsOf(gate).trusts.includes(name);
}
