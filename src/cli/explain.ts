import type { Command } from "commander";
import { fieldsOf } from "../controller/kubernetes/watched.ts";
import { Fault } from "../fault.ts";
import type { KubeObject } from "../kube/index.ts";
import { action } from "./action.ts";
import { asksForHealth, type Dependency, type Explanation } from "./cluster/explanation.ts";
import { printExplanation, toJson } from "./cluster/explanation-view.ts";
import { toGateState } from "./cluster/gate-state.ts";
import { fetchGate, refOfGate } from "./cluster/gates.ts";
import { healthOf } from "./cluster/health.ts";
import { inspectOwned, type Owned, readInventory } from "./cluster/owned.ts";
import { openTargetView } from "./cluster/target-view.ts";
import { type ClusterFlags, type OpenCluster, withCluster, withClusterFlags } from "./cluster-client.ts";
import { ExitCode, type Io } from "./io.ts";

export function registerExplain(program: Command): void {
  const command = program
    .command("explain")
    .description("Why a gate is as it is: what was refused, what still runs, what to do")
    .argument("<gate>", "its name, or namespace/name");
  withClusterFlags(command).action(action(explain));
}

async function explain(io: Io, name: string, options: ClusterFlags): Promise<ExitCode> {
  const explanation = await withCluster(options, async (cluster) =>
    fetchExplanation(io, await fetchGate(name, cluster), cluster),
  );
  return reportExplanation(io, explanation);
}

/** Answers a command with a gate's state. */
export function reportExplanation(io: Io, explanation: Explanation): ExitCode {
  if (io.format === "json") io.json(toJson(explanation));
  else printExplanation(io, explanation, Date.now());
  return explanation.state.ready ? ExitCode.passed : ExitCode.refused;
}

/** Looks at what a gate waits for, as far as it waits. Throws KubeError. */
export async function fetchExplanation(io: Io, gate: KubeObject, cluster: OpenCluster): Promise<Explanation> {
  const state = toGateState(gate);
  const waitsFor = state.ready ? [] : await fetchDependencies(gate, cluster);
  const looked = asksForHealth(state) ? await lookAtObjects(io, gate, cluster) : ALL_WELL;
  io.progress("");
  return { state, waitsFor, ...looked };
}

async function fetchDependencies(gate: KubeObject, { client }: OpenCluster): Promise<Dependency[]> {
  const { namespace = "" } = gate.metadata;
  const found = await Promise.all(
    fieldsOf(gate).dependsOn.map(async (name): Promise<Dependency[]> => {
      const other = await client.get({ ...refOfGate(gate), name });
      const label = `${namespace}/${name}`;
      if (other === undefined) return [{ gate: label, reason: "there is no such gate" }];
      const { ready, reason, message } = toGateState(other);
      return ready ? [] : [{ gate: label, reason: `${reason}, ${message}` }];
    }),
  );
  return found.flat();
}

type Looked = Pick<Explanation, "unhealthy" | "unseen">;

const ALL_WELL: Looked = { unhealthy: [], unseen: "" };

/** What the gate says of itself is worth telling also where its objects are out of sight. */
async function lookAtObjects(io: Io, gate: KubeObject, cluster: OpenCluster): Promise<Looked> {
  try {
    return { unhealthy: await fetchUnhealthy(io, gate, cluster), unseen: "" };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { unhealthy: [], unseen: error.message };
  }
}

async function fetchUnhealthy(io: Io, object: KubeObject, cluster: OpenCluster): Promise<Owned[]> {
  const { namespace, name, status } = toGateState(object);
  const gate = { namespace, name };
  await using target = await openTargetView(object, cluster);
  const items = await readInventory(gate, status, cluster.client);
  io.progress(`looking at ${items.length} objects…`);
  const { client, rules } = target;
  const owned = await inspectOwned(items, { gate, client, rules, healthOf });
  return owned.filter(({ health }) => health.status !== "Current");
}
