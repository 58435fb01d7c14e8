import git, { type ServerRef } from "isomorphic-git";
import { GitError } from "../error.ts";
import { isOid, type Oid } from "../oid.ts";
import { branchRef } from "../repository/refs.ts";
import type { SmartHttp } from "./smart-http.ts";

const NAMES_SHOWN = 5;

/** What a server says about the ref that was asked for. */
export interface RemoteRef {
  /** `refs/heads/<branch>`. */
  readonly ref: string;
  readonly oid: Oid;
}

/** Asks the server where the branch stands, by its exact name. */
export async function fetchBranchRef(remote: SmartHttp, branch: string): Promise<RemoteRef> {
  const ref = branchRef(branch);
  const found = exactly(await listRefs(remote, ref), ref);
  if (found !== undefined) return found;
  throw notFound(ref, await listRefs(remote, "refs/heads/"));
}

/** Asks for the server's default branch, for those who named none. */
export async function fetchDefaultRef(remote: SmartHttp): Promise<RemoteRef> {
  const refs = await listRefs(remote, "");
  const target = refs.find(({ ref }) => ref === "HEAD")?.target;
  const found = target === undefined ? undefined : exactly(refs, target);
  if (found !== undefined) return found;
  throw notFound("HEAD", refs);
}

async function listRefs(remote: SmartHttp, prefix: string): Promise<readonly ServerRef[]> {
  try {
    return await git.listServerRefs({
      http: remote,
      url: remote.url,
      prefix,
      symrefs: true,
      protocolVersion: 2,
    });
  } catch (error) {
    if (error instanceof GitError) throw error;
    throw new GitError("NOT_A_GIT_SERVER", `${remote.url} gives a listing of refs that cannot be read`, {
      cause: error,
      remedy: "check the URL with `git ls-remote`",
    });
  }
}

/** A listing by prefix has `refs/heads/main-2` too. */
function exactly(refs: readonly ServerRef[], name: string): RemoteRef | undefined {
  const oid = refs.find(({ ref }) => ref === name)?.oid;
  return oid !== undefined && isOid(oid) ? { ref: name, oid } : undefined;
}

function notFound(ref: string, refs: readonly ServerRef[]): GitError {
  const names = refs.map((found) => found.ref).filter((name) => name.startsWith("refs/heads/"));
  if (names.length === 0) {
    return new GitError("EMPTY_REPOSITORY", "the repository has no branch yet", {
      remedy: "push a first commit",
    });
  }
  const shown = names.slice(0, NAMES_SHOWN).map((name) => name.slice("refs/heads/".length));
  return new GitError("REF_NOT_FOUND", `the repository has no ${ref}`, {
    remedy: `name a branch that is there, such as ${JSON.stringify(shown)}`,
  });
}
