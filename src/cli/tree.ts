import type { Command } from "commander";
import { action } from "./action.ts";
import { type Children, fetchChildren } from "./cluster/children.ts";
import { toGateState } from "./cluster/gate-state.ts";
import { fetchGate } from "./cluster/gates.ts";
import { healthOf } from "./cluster/health.ts";
import { inspectOwned, type Owned, readInventory } from "./cluster/owned.ts";
import { openTargetView } from "./cluster/target-view.ts";
import { printTree } from "./cluster/tree-view.ts";
import { type ClusterFlags, type OpenCluster, withCluster, withClusterFlags } from "./cluster-client.ts";
import { ExitCode, type Io, printable } from "./io.ts";

export function registerTree(program: Command): void {
  const command = program
    .command("tree")
    .description("What a gate owns in its cluster: health, and what was changed by hand")
    .argument("<gate>", "its name, or namespace/name");
  withClusterFlags(command).action(action(tree));
}

interface Tree {
  readonly gate: string;
  readonly owned: readonly Owned[];
  readonly children: Children;
}

async function tree(io: Io, name: string, options: ClusterFlags): Promise<ExitCode> {
  const found = await withCluster(options, (cluster) => fetchTree(io, name, cluster));
  if (io.format === "json") {
    io.json(toJson(found));
    return ExitCode.passed;
  }
  const { gate, owned, children } = found;
  const healthy = owned.filter(({ health }) => health.status === "Current").length;
  const drifted = owned.filter(({ drift }) => drift !== "").length;
  const counts = `${owned.length} objects, ${healthy} healthy${drifted === 0 ? "" : `, ${drifted} drifted`}`;
  io.line(`${io.colors.bold(printable(gate))}  ${owned.length === 0 ? "owns nothing" : counts}`);
  printTree(io, owned, children);
  return ExitCode.passed;
}

async function fetchTree(io: Io, name: string, cluster: OpenCluster): Promise<Tree> {
  io.progress("reading the inventory…");
  const object = await fetchGate(name, cluster);
  const { namespace, name: gateName, status } = toGateState(object);
  const gate = { namespace, name: gateName };
  await using target = await openTargetView(object, cluster);
  const items = await readInventory(gate, status, cluster.client);
  io.progress(`looking at ${items.length} objects…`);
  const { client, rules } = target;
  const owned = await inspectOwned(items, { gate, client, rules, healthOf });
  const children = await fetchChildren(owned, client);
  io.progress("");
  return { gate: `${namespace}/${gateName}`, owned, children };
}

function toJson({ gate, owned, children }: Tree): object {
  const objects = owned.map(({ ref, live, health, drift }) => ({
    ...ref,
    health,
    drift: drift === "" ? null : drift,
    children: children.get(live?.metadata.uid ?? "") ?? [],
  }));
  return { gate, objects };
}
