import type { Command } from "commander";
import {
  type Oid,
  openRange,
  parseCommit,
  parseOid,
  type RawCommit,
  type Repository,
  readCommit,
  type StreamedRange,
  streamRange,
} from "../git/index.ts";
import { asksForPaths, verifyCommits } from "../trust/index.ts";
import { action } from "./action.ts";
import { createCommitReport, type RangeRefusal } from "./commit-report.ts";
import { addSourceOptions, type CommitSource, openSource, type SourceOptions } from "./commit-source.ts";
import type { ExitCode, Io } from "./io.ts";
import { addTrustOptions, readTrust, type TrustOptions } from "./trust-options.ts";
import { verifyCommand } from "./verify-command.ts";

interface VerifyCommitsOptions extends TrustOptions, SourceOptions {
  readonly start: string;
}

export function registerVerifyCommits(program: Command): void {
  const command = verifyCommand(program)
    .command("commits")
    .description("Check who signed each commit of a repository");
  addSourceOptions(command).option(
    "--start <oid|root|tip>",
    "all history (root), the head alone (tip), or what that commit does not reach",
    "root",
  );
  addTrustOptions(command).action(action(run));
}

async function run(io: Io, options: VerifyCommitsOptions): Promise<ExitCode> {
  const { trust, notices } = await readTrust(options);
  await using source = await openSource(io, options, trust);
  const report = createCommitReport(io, { ref: options.ref, head: source.head, notices });
  const { descendsFromBase, commits } = await rangeOf(source, options.start, asksForPaths(trust));
  if (!descendsFromBase) report.refuse(rewritten(source.head, options.start));
  for await (const record of verifyCommits(commits, trust, Date.now(), source.findApprovals)) {
    report.add(record);
  }
  return report.finish();
}

/** An honest branch goes on from where it was trusted; commits that are not in it were verified by nobody. */
function rewritten(head: Oid, start: string): RangeRefusal {
  return { code: "HISTORY_REWRITTEN", message: `${head} does not descend from ${start}, where trust begins` };
}

/** How the commits follow from `--start`: only a commit can be something that the head does not descend from. */
async function rangeOf(
  { repository, head }: CommitSource,
  start: string,
  withChangedPaths: boolean,
): Promise<StreamedRange> {
  if (start === "tip") {
    return { descendsFromBase: true, commits: headAlone(repository, head, withChangedPaths) };
  }
  const base = start === "root" ? undefined : parseOid(start);
  return await openRange(repository, head, base, { withChangedPaths });
}

/** One commit, of whatever history: this works in a shallow clone, as long as nobody asks what it changes. */
async function* headAlone(
  repository: Repository,
  head: Oid,
  withChangedPaths: boolean,
): AsyncGenerator<RawCommit> {
  const raw = readCommit(repository, head);
  const commit = parseCommit(raw.bytes);
  if (!withChangedPaths || !commit.ok) {
    yield raw;
    return;
  }
  const [parent] = commit.value.parents;
  for await (const changed of streamRange(repository, head, parent, { withChangedPaths })) {
    yield changed;
    return;
  }
}
