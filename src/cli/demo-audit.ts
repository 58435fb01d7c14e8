import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  DirectoryFiles,
  type LogVerdict,
  openCheckpoint,
  parseTrustedKey,
  verifyLog,
} from "../audit/index.ts";
import { flipOneBit, rollBack } from "../demo/tamper.ts";
import { showEntries } from "./audit-show.ts";
import { tell } from "./demo-story.ts";
import type { Io } from "./io.ts";

interface LogPaths {
  readonly log: string;
  readonly publicKey: string;
}

/** The last chapter: the log verifies, and two copies that somebody tampered with do not. Gives whether that held. */
export async function auditChapter(io: Io, paths: LogPaths, early: Uint8Array): Promise<boolean> {
  const { bold } = io.colors;
  tell(io, [
    "",
    bold("The audit log"),
    "Each decision was signed, and durable, before anything was written.",
    "",
  ]);
  const trust = parseTrustedKey(await readFile(paths.publicKey, "utf8"), paths.publicKey);
  const verify = (log: string, older?: Uint8Array): Promise<LogVerdict> =>
    verifyLog(new DirectoryFiles(log), { trust, older });

  const files = new DirectoryFiles(paths.log);
  const opened = await openCheckpoint(files, trust);
  if (opened.ok && io.format === "text") await showEntries(io, { files, opened: opened.value, notices: [] });
  tell(io, [""]);
  const honest = await verify(paths.log);
  tell(io, [toLine(io, honest)]);

  const altered = await copyOf(paths.log, "altered");
  const file = await flipOneBit(altered);
  tell(io, ["", `Somebody copies it and flips one bit in ${file}:`]);
  const afterFlip = await verify(altered);
  tell(io, [toLine(io, afterFlip)]);

  const shortened = await copyOf(paths.log, "shortened");
  await rollBack(shortened, early);
  tell(io, [
    "",
    "Somebody takes it back to its first hour, genuine signature and all; the auditor kept a checkpoint:",
  ]);
  const afterRollBack = await verify(shortened, await readFile(join(paths.log, "checkpoint")));
  tell(io, [toLine(io, afterRollBack)]);

  return honest.refusalCount === 0 && afterFlip.refusalCount > 0 && afterRollBack.refusalCount > 0;
}

async function copyOf(log: string, name: string): Promise<string> {
  const copy = `${log}-${name}`;
  await rm(copy, { recursive: true, force: true });
  await cp(log, copy, { recursive: true });
  return copy;
}

function toLine(io: Io, { checkpoint, decisions, outcomes, refusals }: LogVerdict): string {
  const { bold, green, red } = io.colors;
  const [first] = refusals;
  if (first !== undefined) return `  ${red(bold(first.code))}  ${first.subject}: ${first.message}`;
  const size = checkpoint?.size ?? 0;
  return `  ${green(bold("verified"))}  ${size} entries: ${decisions} decisions, ${outcomes} outcomes, every signature and hash`;
}
