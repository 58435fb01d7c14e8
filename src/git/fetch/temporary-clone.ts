import type { ApprovalRefs } from "../approvals.ts";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { TAGS } from "../repository/refs.ts";
import { type RemoteRef, refNotFound } from "./ref-selector.ts";
import type { Remote } from "./remote.ts";
import { fetchDefaultRef, fetchTarget } from "./remote-refs.ts";
import { fetchTemporarily, type RemoteRequest, type TemporaryRepository } from "./temporary-state.ts";

export interface CloneRequest extends RemoteRequest {
  /** The server's default branch where absent. */
  readonly branch?: string;
  /** Whether the notes and tags that may approve its commits are fetched as well. */
  readonly withApprovals?: boolean;
}

export interface TemporaryClone extends TemporaryRepository {
  /** The full name of the branch, and where it stands. */
  readonly ref: string;
  readonly head: Oid;
  /** Nothing where it was not asked for. */
  readonly approvals: ApprovalRefs;
}

/** Fetches one branch with all its history into a folder that is gone when the clone is disposed of. */
export async function cloneTemporarily(request: CloneRequest): Promise<TemporaryClone> {
  const { branch, withApprovals = false } = request;
  return await fetchTemporarily(request, async (remote, receive) => {
    const name = branch ?? (await fetchDefaultRef(remote)).ref.replace(/^refs\/heads\//, "");
    const { ref, oid, approvals } = await fetchTarget(remote, { ref: { branch: name }, withApprovals });
    const notes = approvals?.notes === undefined ? [] : [approvals.notes];
    await receive({ wants: [oid, ...notes], haves: [], withTags: withApprovals });
    return { ref, head: oid, approvals: approvals ?? { notes: undefined, tags: [] } };
  });
}

export interface TagsRequest extends RemoteRequest {
  /** Names, with or without `refs/tags/`; all tags that there are where absent. */
  readonly names?: readonly string[];
}

export interface TemporaryTags extends TemporaryRepository {
  /** In the order of the names. */
  readonly tags: readonly RemoteRef[];
}

/** More than any real repository has. */
const MAX_TAGS = 20_000;

/** Fetches tags with all that they reach. Throws REF_NOT_FOUND for a name that is not there. */
export async function fetchTagsTemporarily(request: TagsRequest): Promise<TemporaryTags> {
  return await fetchTemporarily(request, async (remote, receive) => {
    const tags = await listTags(remote, request.names);
    if (tags.length > MAX_TAGS) {
      throw new GitError("RESPONSE_TOO_LARGE", `the repository has more than ${MAX_TAGS} tags`, {
        remedy: "name the tags that are to be verified",
      });
    }
    const wants = [...new Set(tags.map(({ oid }) => oid))];
    if (wants.length > 0) await receive({ wants, haves: [] });
    return { tags };
  });
}

async function listTags(remote: Remote, names: readonly string[] | undefined): Promise<readonly RemoteRef[]> {
  const listed = await remote.listRefs([TAGS]);
  if (names === undefined) return listed.map(({ ref, oid }) => ({ ref, oid }));
  const tags = new Map(listed.map(({ ref, oid }) => [ref, { ref, oid }]));
  return names.map((name) => {
    const found = tags.get(name.startsWith("refs/") ? name : `${TAGS}${name}`);
    if (found === undefined) throw refNotFound({ tag: name.replace(/^refs\/tags\//, "") }, listed);
    return found;
  });
}
