import { type Gate, ResourceError } from "../../api/index.ts";
import { resolveTarget } from "../../gate/index.ts";
import { KubeError, type KubeObject } from "../../kube/index.ts";
import type { ControllerContext } from "./context.ts";
import { hasFinalizer, removeFinalizer } from "./finalizer.ts";
import type { GateTarget } from "./guarded-target.ts";
import { type ResolvedGate, resolveGate } from "./resolve.ts";
import { keyOfObject } from "./watched.ts";

/**
 * Takes away what a gate that is being deleted has applied, or lets go of it, as it says; then lets the gate go. It asks
 * for nothing but the target: trust and policies may be gone already. Throws what keeps it from that; the gate
 * stays as long.
 */
export async function deleteGate(gate: KubeObject, context: ControllerContext): Promise<void> {
  const { acts, client, log, targets } = context;
  if (!hasFinalizer(gate)) return;
  const resolved = await resolveGate(gate, context);
  const policy = policyOf(resolved.located.resource);
  const target = targetOf(resolved, policy);
  if (target !== undefined) {
    const opened = await targets.open(gate, target);
    const removed = await acts.run(() => removeOrLeave(opened, policy, gate, context));
    log.info({ gate: keyOfObject(gate), policy, removed: removed?.length }, "gate deleted");
  }
  try {
    await acts.run(() => removeFinalizer(gate, client));
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== "NOT_FOUND") throw error;
  }
  await targets.forget(gate);
}

/**
 * Where the gate's whole namespace is being deleted, the permissions that it acts with may be gone before it: then
 * nobody could take its objects away, and nothing would ever be deleted. What is in that namespace goes with it;
 * what is elsewhere is left, and told. Undefined where that happened.
 */
async function removeOrLeave(
  target: GateTarget,
  policy: "prune" | "orphan",
  gate: KubeObject,
  { client, log }: ControllerContext,
): Promise<readonly string[] | undefined> {
  try {
    return await target.remove(policy);
  } catch (error) {
    const forbidden = error instanceof KubeError && error.code === "FORBIDDEN";
    if (!forbidden || !(await isNamespaceGoing(gate, client))) throw error;
    log.warn({ gate: keyOfObject(gate) }, "the namespace is being deleted: objects elsewhere are left");
    return undefined;
  }
}

async function isNamespaceGoing(
  { metadata: { namespace = "" } }: KubeObject,
  client: ControllerContext["client"],
): Promise<boolean> {
  const found = await client.get(
    { apiVersion: "v1", kind: "Namespace", name: namespace },
    { metadataOnly: true },
  );
  return found === undefined || found.metadata.deletionTimestamp !== undefined;
}

function policyOf({ spec }: Gate): "prune" | "orphan" {
  if (spec.deletionPolicy === "Prune") return "prune";
  const mirrors =
    spec.deletionPolicy === "MirrorPrune" && "cluster" in spec.target && spec.target.cluster.prune;
  return mirrors ? "prune" : "orphan";
}

/** Undefined for objects that are left alone in a cluster which nobody can reach any more. */
function targetOf({ located, resources }: ResolvedGate, policy: "prune" | "orphan") {
  try {
    return resolveTarget(located, resources);
  } catch (error) {
    if (policy === "orphan" && error instanceof ResourceError) return undefined;
    throw error;
  }
}
