import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { systemErrorCode } from "../fault.ts";
import {
  ApprovalReader,
  type ApprovalRefs,
  cloneTemporarily,
  GitError,
  type Oid,
  openRepository,
  readApprovalRefs,
  type Repository,
  type SshAuth,
} from "../git/index.ts";
import { asksForApprovals, type FindApprovals, type Trust } from "../trust/index.ts";
import type { Io } from "./io.ts";

/** How to reach a repository, as commands are told. */
export interface RemoteOptions {
  readonly repo: string;
  readonly identity?: string;
  readonly knownHosts?: string;
}

/** Where commits are read from. */
export interface SourceOptions extends RemoteOptions {
  readonly ref: string;
}

export interface CommitSource extends AsyncDisposable {
  readonly repository: Repository;
  readonly head: Oid;
  readonly findApprovals: FindApprovals;
}

export function addSourceOptions(command: Command): Command {
  return addRemoteOptions(command).option(
    "--ref <name>",
    "branch, tag, full ref name or commit id; of a URL, a branch",
    "HEAD",
  );
}

export function addRemoteOptions(command: Command): Command {
  return command
    .requiredOption("--repo <url|dir>", "http(s) or ssh URL, or the folder of a bare or normal repository")
    .option("--identity <file>", "of an ssh:// URL: the private key, in OpenSSH's format, unencrypted")
    .option("--known-hosts <file>", "of an ssh:// URL: the server's keys; no other file is looked at");
}

/** Opens the repository; one behind a URL is fetched, and gone when it is disposed of. */
export async function openSource(io: Io, options: SourceOptions, trust: Trust): Promise<CommitSource> {
  const { repo, ref } = options;
  const withApprovals = asksForApprovals(trust);
  if (isUrl(repo)) {
    const auth = await readSshAuth(options);
    io.progress(`fetching ${ref}…`);
    const request = { url: repo, withApprovals, ...(auth && { auth }) };
    const branch = ref.replace(/^refs\/heads\//, "");
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

/** Of whatever scheme: which ones are spoken, the fetch says. */
export function isUrl(repo: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(repo);
}

const NO_APPROVALS: ApprovalRefs = { notes: undefined, tags: [] };

/** A commit at a time: history may be longer than all its approvals could be held. */
function finderOf(repository: Repository, refs: ApprovalRefs): FindApprovals {
  const reader = new ApprovalReader(repository, refs, () => true);
  return (commit) => reader.read(commit);
}

/** Only what is named: neither the files in a home folder nor an agent say whom to trust. */
export async function readSshAuth({ identity, knownHosts }: RemoteOptions): Promise<SshAuth | undefined> {
  if (identity === undefined && knownHosts === undefined) return undefined;
  if (identity === undefined || knownHosts === undefined) {
    throw new GitError("BAD_CREDENTIALS", "--identity and --known-hosts go together", {
      remedy: "name both: who is asking, and which keys the server may have",
    });
  }
  return { identity: await read(identity), knownHosts: await read(knownHosts) };
}

async function read(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((cause: unknown) => {
    throw new GitError("BAD_CREDENTIALS", `${path} cannot be read (${systemErrorCode(cause)})`, { cause });
  });
}
