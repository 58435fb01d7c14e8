import { type FetchedSnapshot, fetchSnapshot, type Oid, readFetched, type Snapshot } from "../git/index.ts";
import type { Refusal } from "../refusal.ts";
import {
  asksForApprovals,
  asksForPaths,
  type CommitRecord,
  compileTrust,
  mountSubmodules,
  type Trust,
  verifySnapshot,
} from "../trust/index.ts";
import type { Verified } from "../verified.ts";
import type { SubmoduleConfig } from "./config.ts";
import type { Named } from "./decision.ts";
import { GateError } from "./error.ts";
import type { Stages } from "./stages.ts";

/** A submodule whose trust is compiled. */
export interface PreparedSubmodule {
  readonly config: SubmoduleConfig;
  readonly trust: Trust;
  /** Undefined for all of history. */
  readonly start: Oid | undefined;
}

/** Throws TrustError, and GateError for a trust that begins nowhere. */
export async function prepareSubmodule(config: SubmoduleConfig): Promise<PreparedSubmodule> {
  const { start } = config.trust.history;
  // The log remembers no tip for a submodule: wherever it is pinned to would be the tip, and nothing be verified.
  if (start === "tip") {
    throw new GateError(
      "SUBMODULE_TRUST",
      `the trust ${config.trust.name} of submodule ${config.path} begins at \`tip\``,
      {
        remedy: "give `history.start` of that TrustPolicy as a commit, or as `root`",
      },
    );
  }
  return { config, trust: await compileTrust(config.trust), start: start === "root" ? undefined : start };
}

/** What a tree's submodule is pinned to, as it was fetched. */
export interface FetchedSubmodule {
  readonly submodule: PreparedSubmodule;
  readonly revision: Oid;
  readonly fetched: FetchedSnapshot;
}

/**
 * Fetches what the tree pins, from where the gate says: a tree names commits, and `.gitmodules`, whose URLs are whatever
 * somebody wrote, is not read.
 */
export async function fetchSubmodules(
  fetched: FetchedSnapshot,
  submodules: readonly PreparedSubmodule[],
  { gitDir, sharing }: Stages,
): Promise<FetchedSubmodule[]> {
  return await eachPin(fetched, submodules, ({ config, trust, start }, revision) =>
    fetchSnapshot({
      url: config.url,
      ref: { commit: revision },
      ...(config.credentials !== undefined && { auth: config.credentials }),
      stateDir: gitDir,
      base: start,
      withChangedPaths: asksForPaths(trust),
      withApprovals: asksForApprovals(trust),
      sharing,
    }),
  );
}

/** Reads what an earlier fetch brought, for a change that was let in before; asks nobody. */
export async function readSubmodules(
  fetched: FetchedSnapshot,
  submodules: readonly PreparedSubmodule[],
  { gitDir }: Stages,
): Promise<FetchedSubmodule[]> {
  return await eachPin(fetched, submodules, ({ config }, revision) =>
    readFetched({
      url: config.url,
      ...(config.credentials !== undefined && { auth: config.credentials }),
      ref: revision,
      head: revision,
      stateDir: gitDir,
      path: "",
    }),
  );
}

async function eachPin(
  fetched: FetchedSnapshot,
  submodules: readonly PreparedSubmodule[],
  read: (submodule: PreparedSubmodule, revision: Oid) => Promise<FetchedSnapshot>,
): Promise<FetchedSubmodule[]> {
  const found: FetchedSubmodule[] = [];
  for (const [path, revision] of fetched.ok ? fetched.value.pins : []) {
    const submodule = submodules.find(({ config }) => config.path === path);
    if (submodule === undefined) throw new TypeError(`${path} is a submodule that the gate does not allow`);
    found.push({ submodule, revision, fetched: await read(submodule, revision) });
  }
  return found;
}

/** What was found about one submodule. */
export interface SubmoduleVerdict {
  readonly path: string;
  /** Without credentials. */
  readonly url: string;
  readonly revision: Oid;
  readonly trust: Named;
  readonly commits: readonly CommitRecord[];
  readonly refusals: readonly Refusal[];
  /** Set where nothing was refused, and there alone. */
  readonly verified: Verified<Snapshot> | undefined;
}

/** Judges each by its own trust, from where that begins: the tree of a signed commit vouches for an id, not for people. */
export async function verifySubmodules(
  submodules: readonly FetchedSubmodule[],
  now: number,
): Promise<SubmoduleVerdict[]> {
  return await Promise.all(
    submodules.map(async ({ submodule: { config, trust }, revision, fetched }) => {
      const { path, url } = config;
      const named = { name: config.trust.name, digest: config.trust.digest };
      const common = { path, url, revision, trust: named };
      if (!fetched.ok)
        return { ...common, commits: [], refusals: located(path, fetched.refusals), verified: undefined };
      const { records, refusals, verified } = await verifySnapshot(fetched.value, trust, now);
      return { ...common, commits: records, refusals: located(path, refusals), verified };
    }),
  );
}

function located(path: string, refusals: readonly Refusal[]): Refusal[] {
  return refusals.map((refusal) => ({ ...refusal, subject: `submodule ${path}: ${refusal.subject}` }));
}

/** The whole tree, with what its submodules hold; undefined where one of them is not verified. */
export function mountVerified(
  snapshot: Verified<Snapshot>,
  verdicts: readonly SubmoduleVerdict[],
): Verified<Snapshot> | undefined {
  const mounts = new Map<string, Verified<Snapshot>>();
  for (const { path, verified } of verdicts) if (verified !== undefined) mounts.set(path, verified);
  return mounts.size === verdicts.length ? mountSubmodules(snapshot, mounts) : undefined;
}
