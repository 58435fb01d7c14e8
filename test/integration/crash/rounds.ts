import type { Tree } from "../../../src/demo/repository.ts";
import type { ReadEntry } from "../../support/log-entries.ts";
import type { World } from "../../support/world.ts";

/** The decisions about each change, each with how many outcomes it has. */
export function countByRevision(entries: readonly ReadEntry[]): Map<string, number[]> {
  const outcomes = entries.flatMap(({ entry }) =>
    entry.kind === "outcome" ? [entry.outcome.decision.index] : [],
  );
  const decisions = entries.flatMap(({ entry, index }) =>
    entry.kind === "decision" ? [{ index, ...entry.decision }] : [],
  );
  return new Map(
    Map.groupBy(decisions, ({ source }) => source.revision)
      .entries()
      .map(([revision, found]) => [
        revision,
        found.map(({ index }) => outcomes.filter((of) => of === index).length),
      ]),
  );
}

/** No two rounds have the same; a policy denies nine replicas. */
export function treeOf(world: World, round: number, deny: boolean): Tree {
  const metadata = { name: "round" };
  const settings = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { round: `${round}` } };
  return world.tree(deny ? 9 : 1 + (round % 5), { "prod/round.json": JSON.stringify(settings) });
}
