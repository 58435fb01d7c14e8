import { APPROVAL_NOTES_REF, type ApprovalRefs } from "../approvals.ts";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { branchRef } from "../repository/refs.ts";
import type { ListedRef } from "./listed-ref.ts";
import type { Remote } from "./remote.ts";

const NAMES_SHOWN = 5;

const TAGS = "refs/tags/";

/** What a server says about the ref that was asked for. */
export interface RemoteRef {
  /** `refs/heads/<branch>`. */
  readonly ref: string;
  readonly oid: Oid;
}

/** Where a server says that approvals may be found; of tags the annotated ones, as others are signed by nobody. */
export interface RemoteApprovalRefs extends ApprovalRefs {
  readonly tags: readonly RemoteTag[];
}

export interface RemoteTag extends RemoteRef {
  /** What the tag leads to, as the server says. */
  readonly peeled: Oid;
}

export interface RemoteTarget extends RemoteRef {
  /** Absent where nobody asked. */
  readonly approvals?: RemoteApprovalRefs;
}

/** What a server is asked before anything is fetched. */
export interface RefQuestion {
  readonly branch: string;
  readonly withApprovals: boolean;
}

/** Asks where the branch stands, by its exact name, and in the same question which approvals there may be. */
export async function fetchTarget(
  remote: Remote,
  { branch, withApprovals }: RefQuestion,
): Promise<RemoteTarget> {
  const ref = branchRef(branch);
  const refs = await remote.listRefs([ref, ...(withApprovals ? [APPROVAL_NOTES_REF, TAGS] : [])]);
  const found = exactly(refs, ref);
  if (found === undefined) throw notFound(ref, await remote.listRefs(["refs/heads/"]));
  return withApprovals ? { ...found, approvals: toApprovalRefs(refs) } : found;
}

function toApprovalRefs(refs: readonly ListedRef[]): RemoteApprovalRefs {
  return {
    notes: exactly(refs, APPROVAL_NOTES_REF)?.oid,
    tags: refs.flatMap(({ ref, oid, peeled }) =>
      ref.startsWith(TAGS) && peeled !== undefined ? [{ ref, oid, peeled }] : [],
    ),
  };
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
