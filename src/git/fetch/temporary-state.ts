import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_GIT_LIMITS, type GitLimits } from "../limits.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import type { GitAuth } from "./auth.ts";
import { toFetchError } from "./fetch-error.ts";
import { openRemote } from "./open-remote.ts";
import type { Remote } from "./remote.ts";
import { StateRepository } from "./state-repository.ts";
import type { PackRequest } from "./upload-pack.ts";

export interface RemoteRequest {
  /** http, https or ssh, without credentials. */
  readonly url: string;
  readonly auth?: GitAuth;
  readonly limits?: GitLimits;
  readonly signal?: AbortSignal;
}

export interface TemporaryRepository extends AsyncDisposable {
  readonly repository: Repository;
}

/** Receives one pack: all that a temporary repository is filled with. */
export type Receive = (pack: PackRequest) => Promise<void>;

/** Fills a repository in a folder that is gone when it is disposed of. Throws GitError, and then nothing is left. */
export async function fetchTemporarily<T extends object>(
  request: RemoteRequest,
  fill: (remote: Remote, receive: Receive) => Promise<T>,
): Promise<T & TemporaryRepository> {
  const limits = request.limits ?? DEFAULT_GIT_LIMITS;
  const deadline = AbortSignal.timeout(limits.fetchMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const { url, auth } = request;
  const remote = openRemote({ url, auth, limits, signal });
  const path = await mkdtemp(join(tmpdir(), "sluice-clone-"));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  try {
    const state = new StateRepository(path, limits);
    const repository = await state.open();
    const filled = await fill(remote, (pack) => state.receive(remote.fetchPack(pack), new Turns(signal)));
    return {
      ...filled,
      repository,
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
