import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { loadResources } from "../api/index.ts";
import { type Expectation, SCENES } from "../demo/scenes.ts";
import { buildWorld, type World } from "../demo/world.ts";
import {
  type Books,
  type Decision,
  prepareGate,
  type Reconciled,
  reconcile,
  selectGates,
} from "../gate/index.ts";
import { action } from "./action.ts";
import { openBooks, statePaths } from "./books.ts";
import { openToolCell } from "./cells.ts";
import { printDecision, toJson } from "./decision-view.ts";
import { auditChapter } from "./demo-audit.ts";
import { epilogue, PROLOGUE, tell, verdictLine } from "./demo-story.ts";
import { openFileTarget } from "./file-target.ts";
import { ExitCode, type Io } from "./io.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

interface DemoOptions {
  readonly dir: string;
}

export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description(
      "The whole flow on this machine: a real repository, registry and log; no cluster, no network",
    )
    .option("--dir <dir>", "where to build it; emptied first", ".sluice/demo")
    .action(action(demo));
}

/** What a scene came to. */
export interface Played {
  readonly title: string;
  readonly expected: Expectation;
  readonly decision: Decision;
  readonly asExpected: boolean;
}

async function demo(io: Io, { dir }: DemoOptions): Promise<ExitCode> {
  tell(io, PROLOGUE);
  const started = performance.now();
  await using world = await buildWorld(dir);
  const state = join(dir, "state");
  const { played, early } = await playAll(io, world, state);
  const caught = await auditChapter(io, statePaths(state), early);
  const passed = caught && played.every(({ asExpected }) => asExpected);
  const seconds = (performance.now() - started) / 1000;
  if (io.format === "json")
    io.json({
      verdict: passed ? "passed" : "failed",
      tamperingCaught: caught,
      seconds,
      scenes: played.map(sceneJson),
    });
  else epilogue(io, { passed, dir, seconds });
  return passed ? ExitCode.passed : ExitCode.refused;
}

interface Play {
  readonly played: readonly Played[];
  /** The log's checkpoint after the first scene. */
  readonly early: Uint8Array;
}

async function playAll(io: Io, world: World, state: string): Promise<Play> {
  await using cell = openToolCell();
  void cell.warm().catch(() => undefined); // the first call says what is wrong with it
  await using books = await openBooks(state);
  await using workspace = await openWorkspace({ stateDir: state, cell });
  const played: Played[] = [];
  let head: string | undefined;
  let early: Uint8Array | undefined;
  for (const [index, scene] of SCENES.entries()) {
    tell(io, ["", io.colors.bold(`${index + 1}. ${scene.title}`), scene.story, ""]);
    const oid = await scene.push(world, head);
    await world.repository.push(oid);
    const { decision, outcome } = await runGate(world, books, workspace);
    if (decision.verdict === "admit") head = oid;
    early ??= await readFile(join(statePaths(state).log, "checkpoint"));
    const asExpected = meets(decision, scene.expect);
    played.push({ title: scene.title, expected: scene.expect, decision, asExpected });
    if (io.format === "text") printDecision(io, decision);
    tell(io, [verdictLine(io, { asExpected, expected: scene.expect, outcome })]);
  }
  return { played, early: early ?? new Uint8Array() };
}

/** Exactly what `sluice run` does for one gate. */
async function runGate(world: World, books: Books, workspace: Workspace): Promise<Reconciled> {
  const [config] = selectGates(await loadResources([world.gateFolder]), []);
  if (config === undefined) throw new TypeError("the demo has one gate");
  const gate = await prepareGate(config, workspace.policies);
  return reconcile(gate, openFileTarget(config), books, workspace.stages);
}

/** Refused for the reason announced, and for no other. */
function meets(decision: Decision, expected: Expectation): boolean {
  if (decision.verdict === "admit" || expected.verdict === "admit")
    return decision.verdict === expected.verdict;
  return decision.reasons.every(({ code }) => code === expected.code);
}

function sceneJson({ title, expected, decision, asExpected }: Played): object {
  return { title, expected, asExpected, decision: toJson(decision) };
}
