import { type Gate, ResourceError } from "../../api/index.ts";
import type { InventoryItem } from "../../apply/cluster/index.ts";
import { showRef } from "../../apply/cluster/refs.ts";
import { ApplyError } from "../../apply/index.ts";
import { recordRemoval } from "../../gate/index.ts";
import { KubeError, type KubeErrorCode, type KubeObject } from "../../kube/index.ts";
import { ControllerError } from "../error.ts";
import type { ControllerContext } from "./context.ts";
import { hasFinalizer, removeFinalizer } from "./finalizer.ts";
import { parseGate, targetOf } from "./resolve.ts";
import { keyOfObject } from "./watched.ts";

type Policy = "prune" | "orphan";

/**
 * Takes away what a gate that is being deleted has applied, or lets go of it, as it says; then lets the gate go. It asks
 * for nothing but the target: trust, policies and what it waits for may be gone already. Throws what keeps it from
 * that; the gate stays as long.
 */
export async function deleteGate(gate: KubeObject, context: ControllerContext): Promise<void> {
  const { acts, client, log, targets } = context;
  if (!hasFinalizer(gate)) return;
  const removed = await takeAway(gate, context);
  log.info({ gate: keyOfObject(gate), removed: removed?.length }, "gate deleted");
  try {
    await acts.run(() => removeFinalizer(gate, client));
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== "NOT_FOUND") throw error;
  }
  await targets.forget(gate);
}

/** Gives what was deleted; undefined where objects are left that nobody can reach. */
async function takeAway(
  gate: KubeObject,
  context: ControllerContext,
): Promise<readonly string[] | undefined> {
  const { acts, client, log, targets } = context;
  let policy: Policy | undefined;
  try {
    const items = await targets.owned(gate);
    if (items.length === 0) return [];
    const { located } = parseGate(gate);
    const chosen = policyOf(located.resource);
    policy = chosen;
    const target = await targets.open(gate, await targetOf(located, client));
    return await acts.run(async () => {
      await record(gate, chosen, items, context);
      return target.remove(chosen);
    });
  } catch (error) {
    const left = policy === "orphan" ? isOutOfReach(error) : false;
    if (!left && !(isWithoutRights(error) && (await isNamespaceGoing(gate, client)))) {
      throw policy === "prune" ? withWayOut(error) : error;
    }
    log.warn({ gate: keyOfObject(gate), policy }, "what the gate applied is out of reach, and is left");
    return undefined;
  }
}

/** Before the first object goes: what was admitted is not there any more because the gate is not. */
async function record(
  { metadata: { namespace = "", name } }: KubeObject,
  policy: Policy,
  items: readonly InventoryItem[],
  { books, now }: ControllerContext,
): Promise<void> {
  const going =
    policy === "prune" ? items.filter(({ directives = [] }) => !directives.includes("NoPrune")) : [];
  const message = `the gate is deleted: of its ${items.length} objects, ${going.length} are deleted, the others let go of`;
  await recordRemoval({ namespace, name }, { pruned: going.map(showRef), message, at: now() }, books);
}

/** Whether nobody knows how to get to the objects, or which they are, until somebody mends it. */
function isOutOfReach(error: unknown): boolean {
  return (
    error instanceof ResourceError ||
    (error instanceof ControllerError && error.code === "INVENTORY_UNREADABLE") ||
    (error instanceof KubeError && error.code === "CONFIG") ||
    (error instanceof ApplyError && error.code === "TARGET_MOVED")
  );
}

const NO_RIGHTS: ReadonlySet<KubeErrorCode> = new Set(["FORBIDDEN", "UNAUTHORIZED"]);

/**
 * Where the gate's whole namespace is being deleted, its Secrets and the permissions that it acts with may be gone before
 * it: then nobody could take its objects away, and nothing would ever be deleted. What is in that namespace goes
 * with it; what is elsewhere is left, and told.
 */
function isWithoutRights(error: unknown): boolean {
  return isOutOfReach(error) || (error instanceof KubeError && NO_RIGHTS.has(error.code));
}

function withWayOut(error: unknown): unknown {
  if (!(error instanceof ResourceError)) return error;
  const { code, message, remedy } = error;
  const out = "mend it, or set deletionPolicy: Orphan, which leaves what the gate applied";
  return new ResourceError(code, `the gate's objects cannot be removed: ${message}`, {
    remedy: remedy === "" ? out : `${remedy}; ${out}`,
    cause: error,
  });
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

function policyOf({ spec }: Gate): Policy {
  if (spec.deletionPolicy === "Prune") return "prune";
  const mirrors =
    spec.deletionPolicy === "MirrorPrune" && "cluster" in spec.target && spec.target.cluster.prune;
  return mirrors ? "prune" : "orphan";
}
