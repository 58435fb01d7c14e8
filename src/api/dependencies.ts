import type { Gate } from "./gate.ts";

/**
 * The first cycle that `dependsOn` makes, as `namespace/name` from one gate back to itself; undefined where there is
 * none. What depends on a gate that is not here is no cycle.
 */
export function findDependencyCycle(gates: readonly Gate[]): readonly string[] | undefined {
  const dependencies = new Map(
    gates.map(({ metadata: { namespace, name }, spec }) => [
      `${namespace}/${name}`,
      spec.dependsOn.map((other) => `${namespace}/${other.name}`),
    ]),
  );
  const finished = new Set<string>();
  for (const start of dependencies.keys()) {
    const cycle = follow(start, [], { dependencies, finished });
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

interface Walk {
  readonly dependencies: ReadonlyMap<string, readonly string[]>;
  /** From these, no cycle is reached. */
  readonly finished: Set<string>;
}

function follow(gate: string, path: readonly string[], walk: Walk): readonly string[] | undefined {
  if (walk.finished.has(gate)) return undefined;
  const here = [...path, gate];
  const seen = path.indexOf(gate);
  if (seen !== -1) return here.slice(seen);
  for (const next of walk.dependencies.get(gate) ?? []) {
    const cycle = follow(next, here, walk);
    if (cycle !== undefined) return cycle;
  }
  walk.finished.add(gate);
  return undefined;
}
