import type { Command } from "commander";
import { action } from "./action.ts";
import { ageOf } from "./cluster/ages.ts";
import { type GateState, toGateState } from "./cluster/gate-state.ts";
import { fetchGate, listGates } from "./cluster/gates.ts";
import { type ClusterFlags, type OpenCluster, withCluster, withClusterFlags } from "./cluster-client.ts";
import { shortOid } from "./decision-view.ts";
import { ExitCode, type Io } from "./io.ts";
import { type Column, printTable } from "./table.ts";

interface GetOptions extends ClusterFlags {
  readonly allNamespaces: boolean;
}

export function registerGet(program: Command): void {
  const command = program
    .command("get")
    .description("The gates of a cluster, and whether they are ready")
    .argument("[gates...]", "names, or namespace/name; all gates of the namespace where none is given")
    .option("-A, --all-namespaces", "the gates of all namespaces", false);
  withClusterFlags(command).action(action(get));
}

async function get(io: Io, names: readonly string[], options: GetOptions): Promise<ExitCode> {
  const states = await withCluster(options, (cluster) => fetchStates(names, cluster, options));
  if (io.format === "json") io.json({ gates: states.map(toJson) });
  else if (states.length === 0)
    io.line(io.colors.dim("no gates here: --all-namespaces shows those elsewhere"));
  else printTable(io, columnsOf(io, Date.now()), states);
  return names.length > 0 && states.some(({ ready }) => !ready) ? ExitCode.refused : ExitCode.passed;
}

async function fetchStates(
  names: readonly string[],
  cluster: OpenCluster,
  { allNamespaces }: GetOptions,
): Promise<GateState[]> {
  if (names.length > 0) {
    const gates = await Promise.all(names.map((name) => fetchGate(name, cluster)));
    return gates.map(toGateState);
  }
  const { client, namespace } = cluster;
  return (await listGates({ client, namespace: allNamespaces ? undefined : namespace })).map(toGateState);
}

function columnsOf({ colors }: Io, now: number): Column<GateState>[] {
  const { green, red, yellow } = colors;
  const paint = (text: string, { ready, suspended }: GateState): string =>
    ready ? green(text) : suspended ? yellow(text) : red(text);
  return [
    { title: "NAMESPACE", text: ({ namespace }) => namespace },
    { title: "NAME", text: ({ name }) => name },
    { title: "READY", text: readyWord, paint },
    { title: "REASON", text: ({ reason }) => reason },
    { title: "REVISION", text: ({ status }) => shortOid(status.attempted?.revision ?? "") },
    { title: "ADMITTED", text: ({ status }) => shortOid(status.admitted?.revision ?? "") },
    { title: "APPLIED", text: ({ status }) => shortOid(status.applied?.revision ?? "") },
    { title: "AGE", text: ({ createdAt }) => ageOf(createdAt, now) },
  ];
}

function readyWord({ ready, suspended, outdated }: GateState): string {
  if (suspended) return "suspended";
  if (ready) return "yes";
  return outdated ? "not yet" : "no";
}

function toJson({ namespace, name, ready, reason, message, suspended, status }: GateState): object {
  const { attempted = null, admitted = null, applied = null, refused = null } = status;
  return { namespace, name, ready, reason, message, suspended, attempted, admitted, applied, refused };
}
