import type { Command } from "commander";
import { APPROVAL_NOTES_REF, isOid, type Oid } from "../git/index.ts";
import { action } from "./action.ts";
import { ApprovalNotes } from "./approval-notes.ts";
import { ExitCode, type Io, printable } from "./io.ts";
import { plainArgument, UserGit, UserGitError } from "./user-git.ts";

/** Each is a signature, and a touch or a passphrase; and who approves more has read none. */
const MAX_APPROVED = 100;

interface ApproveOptions {
  readonly commit: string;
  readonly repo: string;
  readonly message: string;
  readonly push?: string;
}

export function registerApprove(program: Command): void {
  program
    .command("approve")
    .description("Approve commits: sign a note on each, with your own git")
    .requiredOption("--commit <rev>", "a commit as git knows it here, or a range A..B: each commit in it")
    .option("--repo <dir>", "your clone of the repository", ".")
    .option("-m, --message <text>", "what you have to say; it is signed", "approved")
    .option("--push <remote>", "fetch the notes of others from there, and push; else you do")
    .action(action(approve));
}

interface Approved {
  readonly commit: Oid;
  readonly summary: string;
  /** The tag object in the note. */
  readonly approval: Oid;
}

async function approve(io: Io, options: ApproveOptions): Promise<ExitCode> {
  const { repo, message } = options;
  const remote = options.push === undefined ? undefined : plainArgument(options.push, "remote");
  const git = new UserGit(repo);
  const notes = new ApprovalNotes(git);
  const commits = await resolveCommits(git, options.commit);
  if (remote !== undefined) await notes.fetch(remote);
  const approved: Approved[] = [];
  for (const commit of commits) {
    const summary = await git.ask("show", "--no-patch", "--no-show-signature", "--format=%s", commit);
    io.progress(`signing for ${commit.slice(0, 12)} ${printable(summary)}…`);
    approved.push({ commit, summary, approval: await notes.approve(commit, message) });
  }
  if (remote !== undefined) await notes.push(remote);
  report(io, approved, remote);
  return ExitCode.passed;
}

/** Full ids, oldest first. Whatever a person wrote is resolved behind `--end-of-options`, and is then only digits. */
async function resolveCommits(git: UserGit, revision: string): Promise<readonly Oid[]> {
  const ends = plainArgument(revision, "commit").split("..");
  if (ends.length > 2 || revision.includes("...")) throw badRevision(revision, "is not one range");
  const [from, to] = await Promise.all(ends.map((end) => resolveCommit(git, end)));
  if (from === undefined) throw badRevision(revision, "is no commit");
  if (to === undefined) return [from];
  const limit = `--max-count=${MAX_APPROVED + 1}`;
  const commits = (await git.ask("rev-list", "--reverse", limit, to, `^${from}`)).split("\n").filter(isOid);
  if (commits.length === 0) throw badRevision(revision, "has no commits in it");
  if (commits.length > MAX_APPROVED) throw badRevision(revision, `has more than ${MAX_APPROVED} commits`);
  return commits;
}

async function resolveCommit(git: UserGit, name: string): Promise<Oid> {
  const args = [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${plainArgument(name, "commit")}^{commit}`,
  ];
  const oid = await git.ask(...args).catch((error: unknown) => {
    if (error instanceof UserGitError && error.code === "GIT_FAILED") return "";
    throw error;
  });
  if (isOid(oid)) return oid;
  throw badRevision(name, "is no commit here");
}

function badRevision(revision: string, problem: string): UserGitError {
  return new UserGitError("BAD_REVISION", `${JSON.stringify(revision.slice(0, 100))} ${problem}`, {
    remedy: "give a commit that you have read, or a range A..B of such",
  });
}

function report(io: Io, approved: readonly Approved[], remote: string | undefined): void {
  if (io.format === "json") {
    io.json({ approved, notes: APPROVAL_NOTES_REF, pushed: remote ?? null });
    return;
  }
  for (const { commit, summary } of approved) {
    io.line(`${io.colors.green("approved")} ${commit} ${printable(summary)}`);
  }
  if (remote === undefined) io.line(`push it: git push <remote> ${APPROVAL_NOTES_REF}`);
  else io.line(`pushed ${APPROVAL_NOTES_REF} to ${printable(remote)}`);
}
