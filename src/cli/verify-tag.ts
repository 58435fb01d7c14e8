import type { Command } from "commander";
import { GitError, listTagRefs, openRepository, readRawTag } from "../git/index.ts";
import { judgeTag, type NamedTagRecord } from "../trust/index.ts";
import { action } from "./action.ts";
import type { ExitCode, Io } from "./io.ts";
import { reportTags } from "./tag-report.ts";
import { addTrustOptions, readTrust, type TrustOptions } from "./trust-options.ts";
import { verifyCommand } from "./verify-command.ts";

interface VerifyTagOptions extends TrustOptions {
  readonly repo: string;
  readonly tag: readonly string[];
  readonly all?: true;
}

export function registerVerifyTag(program: Command): void {
  const command = verifyCommand(program)
    .command("tag")
    .description("Check who signed annotated tags, under which names, of which commits")
    .requiredOption("--repo <dir>", "the folder of a bare or normal repository")
    .option("--tag <name...>", "names of tags, or full ref names", [])
    .option("--all", "instead: every tag of the repository");
  addTrustOptions(command).action(action(run));
}

async function run(io: Io, options: VerifyTagOptions): Promise<ExitCode> {
  requireFolder(options.repo);
  const { trust, notices } = await readTrust(options);
  const repository = await openRepository(options.repo);
  try {
    const records: NamedTagRecord[] = [];
    for (const name of namesOf(options)) {
      records.push(await judgeTag(readRawTag(repository, name), trust, Date.now()));
    }
    return reportTags(io, records, notices);
  } finally {
    repository.close();
  }
}

/** What is fetched from a URL is the history of one branch, without tags. */
function requireFolder(repo: string): void {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(repo)) return;
  throw new GitError("BAD_URL", "tags are verified in a repository on disk, and this is a URL", {
    remedy: "clone it first: `git clone --mirror`",
  });
}

function namesOf({ repo, tag, all }: VerifyTagOptions): readonly string[] {
  if (tag.length > 0 === (all === true)) {
    throw new GitError("BAD_REF_NAME", "expected either --tag with names, or --all", {
      remedy: "say which tags are to be verified",
    });
  }
  return all === true ? listTagRefs(repo) : tag;
}
