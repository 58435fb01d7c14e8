import type { Command } from "commander";
import { loadTrustPolicy } from "../api/index.ts";
import {
  ApprovalReader,
  type Oid,
  openRange,
  openRepository,
  type RawCommit,
  type Repository,
  readApprovalRefs,
} from "../git/index.ts";
import {
  type CommitExplanation,
  compileTrust,
  explainCommit,
  type Trust,
  verifyCommits,
} from "../trust/index.ts";
import { action } from "./action.ts";
import { ExitCode, type Io } from "./io.ts";
import { trustCommand } from "./trust-command.ts";
import { printExplanations, toJson } from "./trust-explain-view.ts";

interface ExplainOptions {
  readonly repo: string;
  readonly commit: string;
  readonly trust: string;
  readonly branch: string;
  readonly base?: string;
}

export function registerTrustExplain(program: Command): void {
  trustCommand(program)
    .command("explain")
    .description(
      "Rule by rule: what a commit changes, who had to sign and approve it, who did, what is missing",
    )
    .requiredOption("--repo <dir>", "the folder of a bare or normal repository")
    .requiredOption("--commit <rev>", "a branch, a tag, a full ref name or a full commit id")
    .requiredOption("--trust <file>", "the file with the TrustPolicy")
    .option("--branch <name>", "the branch whose merges approve, if the commit is in it", "HEAD")
    .option(
      "--base <rev>",
      "all that the commit brings after that one, as a gate would see it that let that in",
    )
    .action(action(explain));
}

async function explain(io: Io, options: ExplainOptions): Promise<ExitCode> {
  const trust = await compileTrust(await loadTrustPolicy(options.trust));
  const repository = await openRepository(options.repo);
  try {
    const reader = new ApprovalReader(repository, readApprovalRefs(repository, options.repo), () => true);
    const walk = { repository, trust, reader, now: Date.now() };
    const commit = repository.resolveCommit(options.commit);
    const found =
      options.base === undefined
        ? [await explainOne(walk, commit, repository.resolveCommit(options.branch))]
        : await Array.fromAsync(explainRange(walk, commit, repository.resolveCommit(options.base)));
    if (io.format === "json") io.json(toJson(found));
    else printExplanations(io, found);
    return found.every(({ record }) => record.verdict === "verified") ? ExitCode.passed : ExitCode.refused;
  } finally {
    repository.close();
  }
}

interface Walk {
  readonly repository: Repository;
  readonly trust: Trust;
  readonly reader: ApprovalReader;
  readonly now: number;
}

/** As part of the branch, whose merges may approve it; where it is not in there, as a branch of its own. */
async function explainOne(walk: Walk, commit: Oid, branch: Oid): Promise<CommitExplanation> {
  for (const head of [branch, commit]) {
    for await (const explanation of explainRange(walk, head, undefined)) {
      if (explanation.record.oid === commit) return explanation;
    }
  }
  throw new TypeError(`a history does not contain its head ${commit}`);
}

/** What each commit changes is forgotten once it is explained: history may be long. */
async function* explainRange(
  { repository, trust, reader, now }: Walk,
  head: Oid,
  base: Oid | undefined,
): AsyncGenerator<CommitExplanation> {
  const { commits } = await openRange(repository, head, base, { withChangedPaths: true });
  const pending = new Map<Oid, RawCommit>();
  const noted = async function* (): AsyncGenerator<RawCommit> {
    for await (const raw of commits) {
      pending.set(raw.oid, raw);
      yield raw;
    }
  };
  for await (const record of verifyCommits(noted(), trust, now, (commit) => reader.read(commit))) {
    const raw = pending.get(record.oid);
    pending.delete(record.oid);
    if (raw !== undefined) yield explainCommit(record, raw, trust);
  }
}
