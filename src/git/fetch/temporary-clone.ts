import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApprovalRefs } from "../approvals.ts";
import { DEFAULT_GIT_LIMITS, type GitLimits } from "../limits.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import { toFetchError } from "./fetch-error.ts";
import { openRemote } from "./open-remote.ts";
import type { GitAuth } from "./auth.ts";
import { fetchDefaultRef, fetchTarget } from "./remote-refs.ts";
import { StateRepository } from "./state-repository.ts";

export interface CloneRequest {
  /** http, https or ssh, without credentials. */
  readonly url: string;
  /** The server's default branch where absent. */
  readonly branch?: string;
  readonly auth?: GitAuth;
  /** Whether the notes and tags that may approve its commits are fetched as well. */
  readonly withApprovals?: boolean;
  readonly limits?: GitLimits;
  readonly signal?: AbortSignal;
}

export interface TemporaryClone extends AsyncDisposable {
  readonly repository: Repository;
  /** The full name of the branch, and where it stands. */
  readonly ref: string;
  readonly head: Oid;
  /** Nothing where it was not asked for. */
  readonly approvals: ApprovalRefs;
}

/** Fetches one branch with all its history into a folder that is gone when the clone is disposed of. */
export async function cloneTemporarily(request: CloneRequest): Promise<TemporaryClone> {
  const limits = request.limits ?? DEFAULT_GIT_LIMITS;
  const deadline = AbortSignal.timeout(limits.fetchMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const { url, auth, branch, withApprovals = false } = request;
  const remote = openRemote({ url, auth, limits, signal });
  const path = await mkdtemp(join(tmpdir(), "sluice-clone-"));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    const name = branch ?? (await fetchDefaultRef(remote)).ref.replace(/^refs\/heads\//, "");
    const { ref, oid, approvals } = await fetchTarget(remote, { ref: { branch: name }, withApprovals });
    const notes = approvals?.notes === undefined ? [] : [approvals.notes];
    const state = new StateRepository(path, limits);
    const repository = await state.open();
    await state.receive(
      remote.fetchPack({ wants: [oid, ...notes], haves: [], withTags: withApprovals }),
      new Turns(signal),
    );
    return {
      repository,
      ref,
      head: oid,
      approvals: approvals ?? { notes: undefined, tags: [] },
      async [Symbol.asyncDispose]() {
        repository.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw toFetchError(error, signal);
  } finally {
    remote.close();
  }
}
