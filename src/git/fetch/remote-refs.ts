import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { branchRef } from "../repository/refs.ts";
import type { ListedRef } from "./listed-ref.ts";
import type { Remote } from "./remote.ts";

const NAMES_SHOWN = 5;

/** What a server says about the ref that was asked for. */
export interface RemoteRef {
  /** `refs/heads/<branch>`. */
  readonly ref: string;
  readonly oid: Oid;
}

/** Asks the server where the branch stands, by its exact name. */
export async function fetchBranchRef(remote: Remote, branch: string): Promise<RemoteRef> {
  const ref = branchRef(branch);
  const found = exactly(await remote.listRefs([ref]), ref);
  if (found !== undefined) return found;
  throw notFound(ref, await remote.listRefs(["refs/heads/"]));
}

/** Asks for the server's default branch, for those who named none. */
export async function fetchDefaultRef(remote: Remote): Promise<RemoteRef> {
  const refs = await remote.listRefs([""]);
  const target = refs.find(({ ref }) => ref === "HEAD")?.target;
  const found = target === undefined ? undefined : exactly(refs, target);
  if (found !== undefined) return found;
  throw notFound("HEAD", refs);
}

/** A listing by prefix has `refs/heads/main-2` too. */
function exactly(refs: readonly ListedRef[], name: string): RemoteRef | undefined {
  const oid = refs.find(({ ref }) => ref === name)?.oid;
  return oid !== undefined ? { ref: name, oid } : undefined;
}

function notFound(ref: string, refs: readonly ListedRef[]): GitError {
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
