import { APPROVAL_NOTES_REF, type ApprovalRefs } from "../approvals.ts";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { TAGS } from "../repository/refs.ts";
import type { ListedRef } from "./listed-ref.ts";
import {
  chooseRef,
  emptyRepository,
  exactly,
  prefixOf,
  type RefSelector,
  type RemoteRef,
  refNotFound,
  siblingsOf,
} from "./ref-selector.ts";
import type { Remote } from "./remote.ts";

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
  /** The tags that may take a gate back; absent where nobody asked. */
  readonly resets?: readonly RemoteRef[];
}

/** What a server is asked before anything is fetched. */
export interface RefQuestion {
  readonly ref: RefSelector;
  readonly withApprovals: boolean;
  /** What the names of tags begin with that may take a gate back. */
  readonly resets?: string | undefined;
}

/** Asks what is at the ref now, and in the same question which approvals there may be. */
export async function fetchTarget(
  remote: Remote,
  { ref, withApprovals, resets }: RefQuestion,
): Promise<RemoteTarget> {
  const refs = await remote.listRefs([
    prefixOf(ref),
    ...(withApprovals ? [APPROVAL_NOTES_REF, TAGS] : []),
    ...(resets === undefined ? [] : [resets]),
  ]);
  const found = chooseRef(refs, ref);
  if (found === undefined) throw refNotFound(ref, await remote.listRefs([siblingsOf(ref)]));
  return {
    ...found,
    ...(withApprovals && { approvals: toApprovalRefs(refs) }),
    ...(resets !== undefined && { resets: refs.filter((each) => each.ref.startsWith(resets)) }),
  };
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
  throw refs.some(({ ref }) => ref.startsWith("refs/heads/"))
    ? new GitError("REF_NOT_FOUND", "the repository's HEAD names a branch that is not there", {
        remedy: "name a branch",
      })
    : emptyRepository();
}
