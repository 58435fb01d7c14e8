import { join } from "node:path";
import type { Command } from "commander";
import { type GateStatus, ResourceError } from "../api/index.ts";
import { actingUser } from "../controller/kubernetes/account.ts";
import { inventoryOf } from "../controller/kubernetes/readiness.ts";
import type { ClusterTargetConfig, Decision, GateConfig } from "../gate/index.ts";
import type { KubeClient, KubeObject } from "../kube/index.ts";
import { action } from "./action.ts";
import { toGateState } from "./cluster/gate-state.ts";
import { fetchGate, parseGateName } from "./cluster/gates.ts";
import { readInventory } from "./cluster/owned.ts";
import { openRemote } from "./cluster/target-view.ts";
import { type ClusterFlags, type OpenCluster, withCluster, withClusterFlags } from "./cluster-client.ts";
import { printDecision, toJson } from "./decision-view.ts";
import { type Changes, compare } from "./diff/changes.ts";
import { fetchConfig, judgeOnce, readConfig } from "./diff/judge-gate.ts";
import { createConceal } from "./diff/shown.ts";
import { countChanges, printChanges, toShownChanges } from "./diff/view.ts";
import { ExitCode, type Io } from "./io.ts";
import { reportRefusals } from "./refusal-view.ts";

/** The policies that come with Sluice. */
const POLICIES = join(import.meta.dirname, "../../policies");

interface DiffOptions extends ClusterFlags {
  readonly file?: readonly string[];
  readonly policies: string;
  readonly defaultServiceAccount?: string;
}

export function registerDiff(program: Command): void {
  const command = program
    .command("diff")
    .description("What the head of a gate's branch would do to the cluster, judged first; nothing is changed")
    .argument("<gate>", "its name, or namespace/name")
    .option(
      "-f, --file <path...>",
      "the gate, its trust and policies from files, instead of from the cluster",
    )
    .option("--policies <dir>", "what `rego.path` of PolicyBundles in the cluster is below", POLICIES)
    .option("--default-service-account <name>", "whom to act as where the gate names nobody");
  withClusterFlags(command).action(action(diff));
}

async function diff(io: Io, name: string, options: DiffOptions): Promise<ExitCode> {
  return withCluster(options, async (cluster) => {
    io.progress("reading the gate…");
    const { config, status } = await findGate(name, cluster, options);
    const target = clusterTargetOf(config);
    io.progress("judging…");
    const decision = await judgeOnce(config, status);
    io.progress("");
    if (decision.verdict === "deny") return reportDenial(io, decision);
    io.progress(`trying out ${decision.manifests.objects.length} objects…`);
    const items = await readInventory(config.gate, status, cluster.client);
    const { prune, force, drift } = target;
    const changes = await withTarget(config, target, { ...cluster, ...options }, (client) =>
      compare(decision.manifests.objects, {
        ...{ gate: config.gate, client, items, prune, force },
        correctDrift: drift === "Correct",
      }),
    );
    io.progress("");
    return report(io, decision, changes);
  });
}

interface Found {
  readonly config: GateConfig;
  readonly status: GateStatus;
}

/** A gate in files may not be in the cluster yet; then it has applied nothing. */
async function findGate(name: string, cluster: OpenCluster, options: DiffOptions): Promise<Found> {
  const { client, namespace } = cluster;
  if (options.file === undefined) {
    const gate = await fetchGate(name, cluster);
    return { config: await fetchConfig(gate, client, options.policies), status: statusOf(gate) };
  }
  const ref = parseGateName(name, namespace);
  const config = await readConfig(options.file, `${ref.namespace}/${ref.name}`);
  const gate = await client.get(ref);
  return { config, status: gate === undefined ? {} : statusOf(gate) };
}

function statusOf(gate: KubeObject): GateStatus {
  return { ...toGateState(gate).status, inventory: inventoryOf(gate) };
}

function clusterTargetOf({ gate, target }: GateConfig): ClusterTargetConfig {
  if (target.kind === "cluster") return target;
  throw new ResourceError(
    "INVALID_RESOURCE",
    `Gate ${gate.namespace}/${gate.name} has a folder as its target`,
    {
      remedy: "`sluice check` judges what it would write; only a cluster can be compared with",
    },
  );
}

interface Acting {
  readonly client: KubeClient;
  readonly defaultServiceAccount?: string;
}

/** As the gate's service account, as Sluice itself would: what it may not do shows here. */
async function withTarget<T>(
  { gate }: GateConfig,
  target: ClusterTargetConfig,
  { client, defaultServiceAccount }: Acting,
  run: (client: KubeClient) => Promise<T>,
): Promise<T> {
  const user = actingUser(gate, target, defaultServiceAccount);
  const acting = (base: KubeClient): KubeClient => (user ? base.as(user) : base);
  const { kubeConfig } = target;
  if (kubeConfig === undefined) return run(acting(client));
  await using remote = await openRemote(kubeConfig.text);
  return await run(acting(remote)); // before the connection is closed
}

/** Nothing that was not verified is shown: what was refused has no diff. */
function reportDenial(io: Io, decision: Decision): ExitCode {
  if (io.format === "json") io.json({ verdict: "deny", decision: toJson(decision) });
  else printDecision(io, decision);
  return ExitCode.refused;
}

function report(io: Io, decision: Decision, changes: Changes): ExitCode {
  const { rejections } = changes;
  const shown = toShownChanges(changes, createConceal());
  const code = rejections.length === 0 ? ExitCode.passed : ExitCode.refused;
  if (io.format === "json") {
    const objects = shown.map(({ ref, what, note, lines }) => ({ ...ref, change: what, note, diff: lines }));
    const verdict = rejections.length === 0 ? "admit" : "rejected";
    io.json({ verdict, decision: toJson(decision), rejections, counts: countChanges(shown), objects });
    return code;
  }
  printDecision(io, decision);
  io.line();
  if (rejections.length > 0) {
    io.line(io.colors.red("the cluster would not take it, and nothing of it would be applied:"));
    return reportRefusals(io, rejections);
  }
  printChanges(io, shown);
  return code;
}
