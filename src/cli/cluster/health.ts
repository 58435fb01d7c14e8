import { computeHealth, type HealthRule, type ObjectHealth } from "../../apply/health/index.ts";
import type { KubeObject } from "../../kube/index.ts";
import { openToolCell } from "../cells.ts";

export type Health = ObjectHealth;
export type { HealthRule };

/** Whether objects work, each as its kind tells it; in the order given. */
export async function healthOf(
  objects: readonly KubeObject[],
  rules: readonly HealthRule[],
): Promise<readonly ObjectHealth[]> {
  if (objects.length === 0) return [];
  await using cell = openToolCell();
  return await computeHealth(objects, rules, cell);
}
