import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { ResourceError } from "../api/index.ts";
import { AuditLogView, DirectoryFiles } from "../audit/index.ts";
import { Ledger, lastAdmission } from "../gate/index.ts";
import { isOid } from "../git/index.ts";
import { formatResetMessage, type ResetBinding, resetTagPrefix } from "../trust/index.ts";
import { action } from "./action.ts";
import { toGateState } from "./cluster/gate-state.ts";
import { fetchGate, parseGateName } from "./cluster/gates.ts";
import { type ClusterFlags, withCluster, withClusterFlags } from "./cluster-client.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { chooseKey, KEY, printNotices } from "./log-key.ts";
import { plainArgument, UserGit } from "./user-git.ts";

interface ResetOptions extends ClusterFlags {
  readonly to: string;
  readonly message: string;
  readonly repo: string;
  readonly push?: string;
  readonly log?: string;
  readonly key?: string;
}

export function registerReset(program: Command): void {
  const command = program
    .command("reset")
    .description("Take a gate back to an earlier commit: sign a tag that says so, with your own git")
    .argument("<gate>", "its name, or namespace/name")
    .requiredOption("--to <commit>", "what history is to go on from, as git knows it here")
    .requiredOption("-m, --message <text>", "why; it stays in the tag")
    .option("--repo <dir>", "your clone of the repository that the gate follows", ".")
    .option("--push <remote>", "push the tag there; else you do")
    .option("--log <dir>", "the gate's audit log, which says what was admitted last; else the cluster does")
    .option("--key <file>", KEY);
  withClusterFlags(command).action(action(reset));
}

async function reset(io: Io, name: string, options: ResetOptions): Promise<ExitCode> {
  const { log } = options;
  const binding =
    log === undefined ? await readGate(name, options) : await readLog(io, name, { ...options, log });
  const git = new UserGit(options.repo);
  const remote = options.push === undefined ? undefined : plainArgument(options.push, "remote");
  const target = `${plainArgument(options.to, "commit")}^{commit}`;
  const to = await git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", target);
  const ref = `${resetTagPrefix(binding)}${randomBytes(4).toString("hex")}`;
  const message = formatResetMessage(options.message, binding);
  const tag = ref.slice("refs/tags/".length);
  await git.run("tag", "--sign", "--cleanup=verbatim", "-m", message, tag, to);
  if (remote !== undefined) await git.run("push", "--", remote, ref);
  report(io, { binding, to, ref, pushed: remote });
  return ExitCode.passed;
}

async function readGate(name: string, flags: ClusterFlags): Promise<ResetBinding> {
  return await withCluster(flags, async (cluster) => {
    const state = toGateState(await fetchGate(name, cluster));
    const gate = { namespace: state.namespace, name: state.name };
    const { admitted } = state.status;
    if (admitted === undefined || !isOid(admitted.revision)) throw nothingAdmitted(gate);
    return { gate, from: admitted.revision, entry: admitted.entry };
  });
}

interface LogOptions extends ClusterFlags {
  readonly log: string;
  readonly key?: string;
}

async function readLog(io: Io, name: string, { log, key, namespace }: LogOptions): Promise<ResetBinding> {
  const ref = parseGateName(name, namespace ?? "default");
  const gate = { namespace: ref.namespace ?? "default", name: ref.name };
  const files = new DirectoryFiles(log);
  const { trust, notices } = await chooseKey(files, key);
  if (io.format === "text") printNotices(io, notices);
  const ledger = await Ledger.read(await AuditLogView.open(files, trust));
  const last = lastAdmission(ledger.historyOf(gate));
  if (last === undefined) throw nothingAdmitted(gate);
  return { gate, from: last.revision, entry: last.entry };
}

function nothingAdmitted({ namespace, name }: ResetBinding["gate"]): ResourceError {
  return new ResourceError("MISSING_RESOURCE", `nothing was admitted by ${namespace}/${name} yet`, {
    remedy: "check the gate's name; what never went forward need not go back",
  });
}

interface Made {
  readonly binding: ResetBinding;
  readonly to: string;
  readonly ref: string;
  readonly pushed: string | undefined;
}

function report(io: Io, { binding, to, ref, pushed }: Made): void {
  const { gate, from, entry } = binding;
  const label = `${gate.namespace}/${gate.name}`;
  if (io.format === "json") {
    io.json({ gate: label, from, to, entry, tag: ref, pushed: pushed ?? null });
    return;
  }
  io.line(`signed: ${printable(label)} goes back from ${from} to ${to}`);
  io.line(`  ${printable(ref)}`);
  if (pushed === undefined) io.line(`  push it: git push <remote> ${printable(ref)}`);
  io.line("  then the branch may go there too; the gate follows once enough people have signed");
}
