import type { Command } from "commander";
import { loadResources, ResourceError } from "../api/index.ts";
import { runScheduled } from "../controller/index.ts";
import {
  type Books,
  type GateConfig,
  prepareGate,
  type Reconciled,
  reconcile,
  selectGates,
} from "../gate/index.ts";
import { action, reportFault } from "./action.ts";
import { DEFAULT_STATE, openBooks } from "./books.ts";
import { startCell } from "./cells.ts";
import { printDecision, toJson } from "./decision-view.ts";
import { openFileTarget } from "./file-target.ts";
import { ExitCode, type Io } from "./io.ts";
import { addKubernetesOptions, type KubernetesOptions } from "./run-options.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

interface RunOptions extends KubernetesOptions {
  readonly file?: readonly string[];
  readonly state: string;
  readonly once: boolean;
}

export function registerRun(program: Command): void {
  const command = program
    .command("run")
    .description("Reconcile gates: judge, record in the audit log, apply what was admitted")
    .argument("[gates...]", "names, or namespace/name; all gates in the files where none is given")
    .option("-f, --file <path...>", "resource files, or folders of them; read anew for each run")
    .option("--state <dir>", "where the audit log, its key and caches are", DEFAULT_STATE)
    .option("--once", "each gate once, instead of on its interval", false)
    .action(action(run));
  addKubernetesOptions(command);
}

/** What every gate of one process shares. */
interface Running {
  readonly io: Io;
  readonly files: readonly string[];
  readonly books: Books;
  readonly workspace: Workspace;
}

async function run(io: Io, names: readonly string[], options: RunOptions): Promise<ExitCode> {
  if (!options.kubernetes) return runFiles(io, names, options);
  if (names.length > 0) throw usage("--kubernetes takes no names", "name namespaces with --namespace");
  const { runKubernetes } = await import("./run-kubernetes.ts"); // much that files do not need
  process.exit(await runKubernetes(options)); // a fetch that was abandoned would keep the process
}

function usage(message: string, remedy: string): ResourceError {
  return new ResourceError("MISSING_RESOURCE", message, { remedy });
}

async function runFiles(
  io: Io,
  names: readonly string[],
  { file, state, once }: RunOptions,
): Promise<ExitCode> {
  if (file === undefined) throw usage("neither files nor --kubernetes", "name files or folders with -f");
  const gates = selectGates(await loadResources(file), names);
  await using cell = startCell(state, { brief: once });
  await using books = await openBooks(state);
  await using workspace = await openWorkspace({ stateDir: state, cell });
  const running = { io, files: file, books, workspace };
  return await (once ? runOnce(gates, running) : runUntilStopped(gates, running)); // before the log is closed
}

async function runOnce(gates: readonly GateConfig[], running: Running): Promise<ExitCode> {
  let code: ExitCode = ExitCode.passed;
  for (const { gate } of gates) {
    try {
      const result = await runGate(gate, running);
      if (result === undefined && running.io.format === "text") {
        running.io.line(`${gate.namespace}/${gate.name}  suspended`);
      }
      if (result?.decision.verdict === "deny" && code === ExitCode.passed) code = ExitCode.refused;
    } catch (error) {
      reportGateFault(running.io, error);
      code = ExitCode.fault;
    }
  }
  return code;
}

async function runUntilStopped(gates: readonly GateConfig[], running: Running): Promise<ExitCode> {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  const entries = gates.map(({ gate, interval }) => ({
    interval,
    run: async () => {
      try {
        await runGate(gate, running);
      } catch (error) {
        reportGateFault(running.io, error);
        throw error;
      }
    },
  }));
  await runScheduled(entries, { signal: stopping.signal, random: Math.random });
  return ExitCode.passed;
}

/**
 * One run of one gate, with its resources as they are in the files now: trust that was taken away is gone.
 * Undefined for a gate that is suspended.
 */
async function runGate(
  name: GateConfig["gate"],
  { io, files, books, workspace }: Running,
): Promise<Reconciled | undefined> {
  const label = `${name.namespace}/${name.name}`;
  io.progress(`${label}: judging…`);
  const [config] = selectGates(await loadResources(files), [label]);
  if (config === undefined) throw new TypeError(`gate ${label} was selected and is not there`);
  if (config.suspend) {
    io.progress("");
    if (io.format === "json") io.jsonLine({ gate: name, suspended: true });
    return undefined;
  }
  const gate = await prepareGate(config, workspace.policies);
  const result = await reconcile(gate, openFileTarget(config), books, workspace.stages);
  report(io, result);
  return result;
}

/** In JSON a line, as all that a run says: it may have more than one thing to say. */
function reportGateFault(io: Io, error: unknown): void {
  reportFault({ ...io, json: io.jsonLine }, error);
}

/** In text, what is new; in JSON, a line for every run. */
function report(io: Io, { decision, news, outcome }: Reconciled): void {
  if (io.format === "json") {
    io.jsonLine({ ...toJson(decision), entry: decision.entry, news, outcome: outcome ?? null });
    return;
  }
  io.progress("");
  if (!news && outcome === undefined) return;
  printDecision(io, decision);
  io.line(
    io.colors.dim(
      `  recorded as entry ${decision.entry.index}${outcome === undefined ? "" : `, ${outcome}`}`,
    ),
  );
}
