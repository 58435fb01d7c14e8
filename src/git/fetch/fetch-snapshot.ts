import type { Judged } from "../../refusal.ts";
import { GitError } from "../error.ts";
import { DEFAULT_GIT_LIMITS, type GitLimits } from "../limits.ts";
import { isOid, type Oid } from "../oid.ts";
import type { GitRefusalCode } from "../refusal.ts";
import { TAGS } from "../repository/refs.ts";
import { type Repository, throwMissing } from "../repository/repository.ts";
import { readSnapshot, type Snapshot } from "../snapshot.ts";
import type { GitAuth } from "./auth.ts";
import { toFetchError } from "./fetch-error.ts";
import { MissingObjects, type Session } from "./fetch-missing.ts";
import { openRemote } from "./open-remote.ts";
import type { RefSelector } from "./ref-selector.ts";
import type { Remote } from "./remote.ts";
import { fetchTarget, type RemoteTarget } from "./remote-refs.ts";
import { parseRemoteUrl } from "./remote-url.ts";
import { nameSource } from "./route.ts";
import type { SharedFetches } from "./shared-fetches.ts";
import { isDamage, StateRepository } from "./state-repository.ts";

export interface FetchRequest {
  /** http, https or ssh, without credentials. */
  readonly url: string;
  readonly ref: RefSelector;
  readonly auth?: GitAuth;
  /** Where fetched objects are kept between fetches, a folder for each URL and route to it. */
  readonly stateDir: string;
  /**
   * Where the range begins, not included: the last admitted commit, or `tip` for wherever the ref stands
   * now. All of history where absent.
   */
  readonly base?: Oid | "tip" | undefined;
  /** What will be rendered; the whole tree where absent. */
  readonly path?: string;
  /** Paths that may hold a submodule. */
  readonly submodules?: readonly string[] | undefined;
  readonly withChangedPaths?: boolean;
  /** Whether notes and annotated tags that may approve commits of the range are asked for, and read. */
  readonly withApprovals?: boolean;
  /** What the names of tags begin with that may take a gate back; they are read where history was rewritten. */
  readonly resets?: string | undefined;
  readonly limits?: GitLimits;
  readonly signal?: AbortSignal;
  readonly sharing?: Sharing | undefined;
}

/** With whom a request shares what others asked for before it. */
export interface Sharing {
  readonly fetches: SharedFetches;
  /** When somebody wanted to know what is at the ref, by the clock of the fetches. */
  readonly since: number;
}

/** What was found, with the commit that was asked about, which is known also where its tree is refused. */
export type FetchedSnapshot = Judged<Snapshot, GitRefusalCode> & {
  readonly ref: string;
  readonly head: Oid;
  readonly base: Oid | undefined;
  /** The tag object at the ref, or the commit of a lightweight tag; undefined where the ref is no tag. */
  readonly tag: Oid | undefined;
};

/**
 * Asks what is at the ref, fetches what is not here yet, and reads the commit with its range and its
 * tree. Where nothing is new, one listing is all that goes over the network.
 *
 * What is kept from earlier fetches is only bytes: where they turn out damaged or not whole, they are
 * dropped and everything is fetched again, once. Throws {@link GitError}; refuses what is in the tree.
 */
export async function fetchSnapshot(request: FetchRequest): Promise<FetchedSnapshot> {
  const limits = request.limits ?? DEFAULT_GIT_LIMITS;
  const deadline = AbortSignal.timeout(limits.fetchMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([request.signal, deadline]);
  const { url, auth } = request;
  const remote = openRemote({ url, auth, limits, signal });
  try {
    const target = await locate(request, remote);
    const state = StateRepository.at(request.stateDir, nameSource(remote.url, auth), limits);
    const reading = { request, session: { remote, target, state, signal } };
    return await (request.sharing === undefined
      ? fetchWhole(reading)
      : fetchShared(reading, request.sharing));
  } catch (error) {
    throw toFetchError(error, signal);
  } finally {
    remote.close();
  }
}

export interface FetchedRequest {
  readonly url: string;
  /** The full name of the ref that the commit was fetched by. */
  readonly ref: string;
  /** As the fetch had it: nothing of it is shown to anybody, but it says which server the commit is from. */
  readonly auth?: GitAuth;
  /** A commit that an earlier fetch of this URL brought. */
  readonly head: Oid;
  readonly stateDir: string;
  readonly path: string;
  readonly submodules?: readonly string[] | undefined;
  readonly limits?: GitLimits;
}

/**
 * Reads a commit that is here already, with an empty range, of which nothing is left to approve; asks nobody. Throws
 * {@link GitError}.
 */
export async function readFetched(request: FetchedRequest): Promise<FetchedSnapshot> {
  const { url, auth, ref, head, path, submodules, limits = DEFAULT_GIT_LIMITS } = request;
  const signal = AbortSignal.timeout(limits.fetchMs);
  const source = nameSource(parseRemoteUrl(url), auth);
  const repository = await StateRepository.at(request.stateDir, source, limits).open();
  try {
    const options = { withChangedPaths: false, signal };
    const judged = await readSnapshot(repository, { url, ref, head, base: head, path, submodules }, options);
    return { ...judged, ref, head, base: head, tag: undefined };
  } catch (error) {
    throw toFetchError(error, signal);
  } finally {
    repository.close();
  }
}

interface Reading {
  readonly request: FetchRequest;
  readonly session: Session;
}

async function locate(
  { url, auth, ref, withApprovals = false, resets, sharing }: FetchRequest,
  remote: Remote,
): Promise<RemoteTarget> {
  const question = { ref, withApprovals, resets };
  const ask = (): Promise<RemoteTarget> => fetchTarget(remote, question);
  const { fetches, since } = sharing ?? {};
  return await (fetches === undefined || since === undefined
    ? ask()
    : fetches.target({ url, question, auth, since }, ask));
}

/**
 * Reads as if the whole tree were rendered, which is right for every path under it unless something is refused: then
 * each has to look for itself. The place is part of the name: only who goes the same route is given what came by it.
 */
async function fetchShared(reading: Reading, { fetches }: Sharing): Promise<FetchedSnapshot> {
  const { request, session } = reading;
  const { url, base, submodules, withChangedPaths = false } = request;
  const name = JSON.stringify([session.state.path, url, session.target, base, submodules, withChangedPaths]);
  const whole = await fetches.snapshot(name, () =>
    fetchWhole({ session, request: { ...request, path: "" } }),
  );
  return whole.ok ? { ...whole, value: { ...whole.value } } : fetchWhole(reading);
}

async function fetchWhole(reading: Reading): Promise<FetchedSnapshot> {
  return await fetchAndRead(reading).catch(async (error: unknown) => {
    if (!isDamage(error)) throw error;
    await reading.session.state.clear();
    return fetchAndRead(reading);
  });
}

async function fetchAndRead({ request, session }: Reading): Promise<FetchedSnapshot> {
  const { target, state, signal } = session;
  const repository = await state.open();
  try {
    const missing = new MissingObjects(session, repository);
    await missing.fetchHead(request.base === "tip" ? undefined : request.base);
    const { ref, oid } = target;
    const head = isOid(ref) ? requireCommit(repository, oid) : repository.resolveCommit(oid);
    const base = request.base === "tip" ? head : request.base;
    const tag = ref.startsWith(TAGS) ? oid : undefined;
    const judged = await readSnapshot(
      repository,
      {
        url: request.url,
        ref,
        head,
        base,
        tag,
        path: request.path ?? "",
        submodules: request.submodules,
      },
      {
        withChangedPaths: request.withChangedPaths === true,
        readApprovals: (commits) => missing.readApprovals(commits),
        readResets: () => missing.readResets(),
        signal,
      },
    );
    await missing.keepRefs();
    return { ...judged, ref, head, base, tag };
  } finally {
    repository.close();
  }
}

/** What was asked for by its id is that very commit, and no tag of one. */
function requireCommit(repository: Repository, oid: Oid): Oid {
  const { type } = repository.inspect(oid) ?? throwMissing(oid);
  if (type === "commit") return oid;
  throw new GitError("NOT_A_COMMIT", `object ${oid} is a ${type}, expected a commit`, {
    remedy: "give the id of a commit, as `git rev-parse NAME^{commit}` prints it",
  });
}
