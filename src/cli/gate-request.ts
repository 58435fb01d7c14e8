import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { keyOfObject, REQUESTED_AT } from "../controller/kubernetes/watched.ts";
import { type KubeClient, KubeError, type KubeObject } from "../kube/index.ts";
import { action } from "./action.ts";
import { toGateState } from "./cluster/gate-state.ts";
import { fetchGate, refOfGate } from "./cluster/gates.ts";
import { type ClusterFlags, type OpenCluster, withCluster, withClusterFlags } from "./cluster-client.ts";
import { fetchExplanation, reportExplanation } from "./explain.ts";
import { ExitCode, type Io, printable } from "./io.ts";

/** As the API server records who set the annotation, or `suspend`. */
const FIELD_MANAGER = "sluice-cli";
const POLL_MS = 500;
const GATE = "its name, or namespace/name";

interface ReconcileOptions extends ClusterFlags {
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
}

export function registerReconcile(program: Command): void {
  const command = program
    .command("reconcile")
    .description("Have a gate look at its source now, instead of at its next interval")
    .argument("<gate>", GATE)
    .option("--wait", "until it has looked, and say what came of it", false)
    .option("--timeout <seconds>", "how long to wait", parseSeconds, 300);
  withClusterFlags(command).action(action(reconcile));
}

export function registerSuspend(program: Command): void {
  const command = program
    .command("suspend")
    .description("Let a gate rest: nothing is judged, nothing applied")
    .argument("<gate>", GATE);
  withClusterFlags(command).action(
    action((io: Io, name: string, options: ClusterFlags) =>
      setSuspend(io, name, { ...options, suspend: true }),
    ),
  );
}

export function registerResume(program: Command): void {
  const command = program
    .command("resume")
    .description("Let a gate that was suspended go on")
    .argument("<gate>", GATE);
  withClusterFlags(command).action(
    action((io: Io, name: string, options: ClusterFlags) =>
      setSuspend(io, name, { ...options, suspend: false }),
    ),
  );
}

function parseSeconds(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("A timeout is a whole number of seconds.");
}

function reconcile(io: Io, name: string, options: ReconcileOptions): Promise<ExitCode> {
  return withCluster(options, async (cluster) => {
    const gate = await fetchGate(name, cluster);
    if (toGateState(gate).suspended) return refuseSuspended(io, gate);
    const request = new Date().toISOString();
    await cluster.client.patch(
      refOfGate(gate),
      { type: "merge", body: { metadata: { annotations: { [REQUESTED_AT]: request } } } },
      { fieldManager: FIELD_MANAGER },
    );
    if (options.wait) {
      const handled = await waitUntilHandled(io, gate, { ...cluster, request, timeout: options.timeout });
      return reportExplanation(io, await fetchExplanation(io, handled, cluster));
    }
    if (io.format === "json") io.json({ gate: keyOfObject(gate), requestedAt: request });
    else
      io.line(`asked ${printable(keyOfObject(gate))} to look now; \`sluice explain\` says what came of it`);
    return ExitCode.passed;
  });
}

function refuseSuspended(io: Io, gate: KubeObject): ExitCode {
  const label = printable(keyOfObject(gate));
  if (io.format === "json") io.json({ gate: keyOfObject(gate), suspended: true });
  else io.line(`${label} is suspended, and would not look: \`sluice resume ${label}\` first`);
  return ExitCode.refused;
}

interface Waiting extends OpenCluster {
  readonly request: string;
  /** Seconds. */
  readonly timeout: number;
}

/** Asks again and again instead of watching: that takes no right but the one to read this gate. Throws TIMEOUT. */
async function waitUntilHandled(
  io: Io,
  gate: KubeObject,
  { client, request, timeout }: Waiting,
): Promise<KubeObject> {
  const label = keyOfObject(gate);
  const start = performance.now();
  for (;;) {
    const now = await look(gate, client);
    if (now !== undefined && toGateState(now).status.lastHandledRequest === request) return now;
    const seconds = Math.floor((performance.now() - start) / 1000);
    if (seconds >= timeout) {
      throw new KubeError("TIMEOUT", `gate ${label} has not looked within ${timeout} seconds`, {
        remedy: "see whether the controller runs; the request stands, and is handled when it does",
      });
    }
    if (seconds >= 1) io.progress(`waiting for ${label}, ${seconds} s…`);
    await sleep(POLL_MS);
  }
}

/** Undefined while the API server cannot be asked: one that is gone for a moment ends no wait. Throws NOT_FOUND. */
async function look(gate: KubeObject, client: KubeClient): Promise<KubeObject | undefined> {
  try {
    const found = await client.get(refOfGate(gate));
    if (found !== undefined) return found;
  } catch (error) {
    if (error instanceof KubeError && error.transient) return undefined;
    throw error;
  }
  throw new KubeError("NOT_FOUND", `gate ${keyOfObject(gate)} was deleted`);
}

const MEANING = {
  suspended:
    "nothing is judged and nothing applied until `sluice resume`; what runs stays, and drift is not put back",
  resumed: "it judges its branch and applies what is admitted, as before",
} as const;

interface SuspendOptions extends ClusterFlags {
  readonly suspend: boolean;
}

function setSuspend(io: Io, name: string, { suspend, ...flags }: SuspendOptions): Promise<ExitCode> {
  return withCluster(flags, async (cluster) => {
    const gate = await fetchGate(name, cluster);
    const before = toGateState(gate).suspended;
    if (before !== suspend) {
      await cluster.client.patch(
        refOfGate(gate),
        { type: "merge", body: { spec: { suspend } } },
        { fieldManager: FIELD_MANAGER },
      );
    }
    const word = suspend ? "suspended" : "resumed";
    const label = keyOfObject(gate);
    if (io.format === "json") io.json({ gate: label, suspended: suspend, changed: before !== suspend });
    else if (before === suspend)
      io.line(`${printable(label)} ${suspend ? "is suspended" : "is not suspended"} already`);
    else io.line(`${printable(label)} ${word}: ${MEANING[word]}`);
    return ExitCode.passed;
  });
}
