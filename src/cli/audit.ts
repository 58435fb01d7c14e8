import { type Command, InvalidArgumentError } from "commander";
import {
  AuditError,
  DirectoryFiles,
  exportLog,
  type LogVerdict,
  openCheckpoint,
  verifyLog,
} from "../audit/index.ts";
import { action } from "./action.ts";
import { showEntries, showEntry } from "./audit-show.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { chooseKey, KEY, printNotices, readInput } from "./log-key.ts";
import { reportRefusals } from "./refusal-view.ts";

const LOG = "the folder of an audit log";

interface VerifyOptions {
  readonly key?: string;
  readonly checkpoint?: string;
}

interface ShowOptions {
  readonly key?: string;
  readonly gate?: string;
  readonly index?: number;
}

interface ExportOptions {
  readonly key?: string;
  readonly out: string;
}

export function registerAudit(program: Command): void {
  const audit = program.command("audit").description("Read and verify the audit log");
  audit
    .command("verify")
    .description("Check all of a log: checkpoint, tiles, entries, signatures, evidence")
    .argument("<log>", LOG)
    .option("--key <file>", KEY)
    .option("--checkpoint <file>", "a checkpoint kept from earlier, which the log must continue")
    .action(action(verify));
  audit
    .command("show")
    .description("List what a log says, or one entry of it")
    .argument("<log>", LOG)
    .option("--key <file>", KEY)
    .option("--gate <ns/name>", "only this gate")
    .option("--index <number>", "the whole of this entry", parseIndex)
    .action(action(show));
  audit
    .command("export")
    .description("Write a log out for checking with other tools, such as cosign")
    .argument("<log>", LOG)
    .option("--key <file>", KEY)
    .requiredOption("--out <dir>", "a new folder")
    .action(action(exportTo));
}

function parseIndex(text: string): number {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  throw new InvalidArgumentError("An index is a whole number, from 0 on.");
}

async function verify(io: Io, folder: string, { key, checkpoint }: VerifyOptions): Promise<ExitCode> {
  const files = new DirectoryFiles(folder);
  const { trust, notices } = await chooseKey(files, key);
  const older = checkpoint === undefined ? undefined : await readInput(checkpoint);
  io.progress(`verifying ${folder}…`);
  const verdict = await verifyLog(files, { trust, older });
  if (io.format === "json") io.json({ ...toJson(verdict), notices });
  else printVerdict(io, verdict, notices);
  return verdict.refusalCount === 0 ? ExitCode.passed : ExitCode.refused;
}

async function show(io: Io, folder: string, { key, gate, index }: ShowOptions): Promise<ExitCode> {
  const files = new DirectoryFiles(folder);
  const { trust, notices } = await chooseKey(files, key);
  const opened = await openCheckpoint(files, trust);
  if (!opened.ok) return reportRefusals(io, opened.refusals);
  if (io.format === "text") printNotices(io, notices);
  const source = { files, opened: opened.value, notices };
  try {
    return index === undefined ? await showEntries(io, source, gate) : await showEntry(io, source, index);
  } catch (error) {
    if (!(error instanceof AuditError && error.code === "TAMPERED")) throw error;
    const { code, message, remedy } = error;
    return reportRefusals(io, [{ code, subject: folder, message, remedy }]);
  }
}

async function exportTo(io: Io, folder: string, { key, out }: ExportOptions): Promise<ExitCode> {
  const files = new DirectoryFiles(folder);
  const { trust, notices } = await chooseKey(files, key);
  io.progress(`exporting ${folder}…`);
  const exported = await exportLog(files, trust, out);
  if (!exported.ok) return reportRefusals(io, exported.refusals);
  const { checkpoint, evidence } = exported.value;
  const { origin, size } = checkpoint;
  if (io.format === "json") {
    io.json({ verdict: "passed", out, origin, size, evidence, notices });
    return ExitCode.passed;
  }
  printNotices(io, notices);
  io.line(
    `${size} entries and ${evidence} pieces of evidence of ${printable(origin)} are in ${printable(out)}`,
  );
  io.line("README.txt there says how to check them with cosign and other tools");
  return ExitCode.passed;
}

function toJson({ checkpoint, refusals, refusalCount, ...counts }: LogVerdict): object {
  const head = checkpoint && {
    origin: checkpoint.origin,
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString("base64"),
  };
  const verdict = refusalCount === 0 ? "passed" : "refused";
  return { verdict, checkpoint: head ?? null, counts, refusalCount, refusals };
}

function printVerdict(
  io: Io,
  { checkpoint, refusals, refusalCount, ...counts }: LogVerdict,
  notices: readonly string[],
): void {
  const { bold, green, red } = io.colors;
  printNotices(io, notices);
  if (refusalCount > 0) {
    reportRefusals(io, refusals);
    if (refusalCount > refusals.length) io.line(`${refusalCount} in all`);
    io.line(red(bold("the log is not what its key signed")));
    return;
  }
  const { decisions, outcomes, withoutOutcome, evidence } = counts;
  io.line(`${green(bold("verified"))} ${printable(checkpoint?.origin ?? "")}, ${checkpoint?.size} entries`);
  io.line(`  ${decisions} decisions, ${outcomes} outcomes, ${evidence} pieces of evidence`);
  if (withoutOutcome > 0) io.line(`  ${withoutOutcome} admitted, with no outcome recorded yet`);
}
