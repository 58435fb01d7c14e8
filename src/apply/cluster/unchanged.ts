import { createHash } from "node:crypto";
import { mapLimited } from "../../concurrency.ts";
import type { KubeObject } from "../../kube/index.ts";
import { canonicalJson } from "../../render/index.ts";
import { type Inspecting, inspect } from "./inspect.ts";
import type { InventoryItem } from "./inventory.ts";
import { keyOfRef, toRef } from "./refs.ts";

/** At the same time, for one gate; the API server's own fairness sees to the rest. */
const CONCURRENT_REQUESTS = 8;
/** 128 bits: nobody gains from a collision of what only we write. */
const DIGEST_DIGITS = 32;

/** What an object that is applied comes to, by everything in it. */
export function sourceOf(object: KubeObject): string {
  const text = canonicalJson(JSON.parse(JSON.stringify(object)));
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_DIGITS);
}

/**
 * Those of the objects that were applied before exactly as they are wanted now, and are as they were left: applying them
 * again would change nothing. Where others may own fields, that cannot be told from here. Throws KubeError.
 */
export async function findUnchanged(
  wanted: readonly KubeObject[],
  before: readonly InventoryItem[],
  inspecting: Inspecting,
): Promise<ReadonlyMap<KubeObject, InventoryItem>> {
  const known = new Map(before.map((item) => [keyOfRef(item), item]));
  const found = await mapLimited(wanted, CONCURRENT_REQUESTS, async (object) => {
    const item = known.get(keyOfRef(toRef(object)));
    if (item?.content === undefined || item.source !== sourceOf(object)) return undefined;
    return (await inspect(item, inspecting)) === undefined ? ([object, item] as const) : undefined;
  });
  return new Map(found.filter((pair) => pair !== undefined));
}
