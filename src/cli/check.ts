import type { Command } from "commander";
import { loadResources } from "../api/index.ts";
import { type Decision, judge, lastAdmission, prepareGate, rangeStart, selectGates } from "../gate/index.ts";
import { action } from "./action.ts";
import { DEFAULT_STATE, readLedger } from "./books.ts";
import { startCell } from "./cells.ts";
import { printDecision, toJson } from "./decision-view.ts";
import { ExitCode, type Io } from "./io.ts";
import { openWorkspace } from "./workspace.ts";

interface CheckOptions {
  readonly file: readonly string[];
  readonly state: string;
}

export function registerCheck(program: Command): void {
  program
    .command("check")
    .description("Judge what each gate's branch holds now: nothing is recorded, nothing applied")
    .argument("[gates...]", "names, or namespace/name; all gates in the files where none is given")
    .requiredOption("-f, --file <path...>", "resource files, or folders of them")
    .option(
      "--state <dir>",
      "the state of `sluice run`, whose log says what was admitted last",
      DEFAULT_STATE,
    )
    .action(action(check));
}

async function check(io: Io, names: readonly string[], { file, state }: CheckOptions): Promise<ExitCode> {
  const configs = selectGates(await loadResources(file), names);
  await using cell = startCell(state, { brief: true });
  const ledger = await readLedger(state);
  await using workspace = await openWorkspace({ stateDir: state, cell });
  const decisions: Decision[] = [];
  for (const config of configs) {
    io.progress(`judging ${config.gate.namespace}/${config.gate.name}…`);
    const gate = await prepareGate(config, workspace.policies);
    const history = ledger.historyOf(config.gate);
    const start = rangeStart(config.trust.history, history);
    decisions.push(await judge(gate, { start, admitted: lastAdmission(history) }, workspace.stages));
  }
  const admitted = decisions.every(({ verdict }) => verdict === "admit");
  if (io.format === "json")
    io.json({ verdict: admitted ? "admit" : "deny", decisions: decisions.map(toJson) });
  else for (const decision of decisions) printDecision(io, decision);
  return admitted ? ExitCode.passed : ExitCode.refused;
}
