import type { Command } from "commander";
import {
  ApprovalReader,
  type ApprovalRefs,
  cloneTemporarily,
  type Oid,
  openRange,
  openRepository,
  parseCommit,
  parseOid,
  type RawCommit,
  readApprovalRefs,
  type Repository,
  readCommit,
  type StreamedRange,
  streamRange,
} from "../git/index.ts";
import {
  asksForApprovals,
  asksForPaths,
  type FindApprovals,
  type Trust,
  verifyCommits,
} from "../trust/index.ts";
import { action } from "./action.ts";
import { createCommitReport, type RangeRefusal } from "./commit-report.ts";
import type { ExitCode, Io } from "./io.ts";
import { addTrustOptions, readTrust, type TrustOptions } from "./trust-options.ts";
import { verifyCommand } from "./verify-command.ts";

interface VerifyCommitsOptions extends TrustOptions {
  readonly repo: string;
  readonly ref: string;
  readonly start: string;
}

export function registerVerifyCommits(program: Command): void {
  const command = verifyCommand(program)
    .command("commits")
    .description("Check who signed each commit of a repository")
    .requiredOption("--repo <url|dir>", "http(s) URL, or the folder of a bare or normal repository")
    .option("--ref <name>", "branch, tag, full ref name or commit id; of a URL, a branch", "HEAD")
    .option(
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

interface CommitSource extends AsyncDisposable {
  readonly repository: Repository;
  readonly head: Oid;
  readonly findApprovals: FindApprovals;
}

async function openSource(
  io: Io,
  { repo, ref }: Pick<VerifyCommitsOptions, "repo" | "ref">,
  trust: Trust,
): Promise<CommitSource> {
  const withApprovals = asksForApprovals(trust);
  if (/^https?:\/\//i.test(repo)) {
    io.progress(`fetching ${ref}…`);
    const branch = ref.replace(/^refs\/heads\//, "");
    const request = { url: repo, withApprovals };
    const clone = await cloneTemporarily(ref === "HEAD" ? request : { ...request, branch });
    return { ...clone, findApprovals: finderOf(clone.repository, clone.approvals) };
  }
  const repository = await openRepository(repo);
  const refs = withApprovals ? readApprovalRefs(repository, repo) : NO_APPROVALS;
  return {
    repository,
    head: repository.resolveCommit(ref),
    findApprovals: finderOf(repository, refs),
    [Symbol.asyncDispose]: async () => repository.close(),
  };
}

const NO_APPROVALS: ApprovalRefs = { notes: undefined, tags: [] };

/** A commit at a time: history may be longer than all its approvals could be held. */
function finderOf(repository: Repository, refs: ApprovalRefs): FindApprovals {
  const reader = new ApprovalReader(repository, refs, () => true);
  return (commit) => reader.read(commit);
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
