const KiB = 1024;
const MiB = 1024 * KiB;

/** What one repository may cost. Every number is more than any real configuration repository needs. */
export interface GitLimits {
  /** One object, inflated and with its deltas applied. A bomb stops here, before it is inflated. */
  readonly objectBytes: number;
  /** Bases and deltas between an object in a pack and its first whole base. git itself makes at most 50. */
  readonly deltaDepth: number;
  /** What applying the deltas of one object may produce, everything in between included. */
  readonly deltaBytes: number;
  /** One pack as the server sends it; it goes to disk, not to memory. */
  readonly packBytes: number;
  readonly packObjects: number;
  /** The listing of refs. */
  readonly refListingBytes: number;
  /** Annotated tags that are asked for one by one, beside those that come with their commits. */
  readonly wantedTags: number;
  /** Commits looked at in one walk. */
  readonly walkedCommits: number;
  /** Parents that the commits of one walk name, however often they name the same. */
  readonly walkedEdges: number;
  /** Commits in a range that is handed over whole. */
  readonly rangeCommits: number;
  /** Sum of their commit objects. */
  readonly rangeBytes: number;
  /** Sum of the paths that they change; a path that two of them change counts twice. */
  readonly rangePathBytes: number;
  /** Files and folders together, so that a bomb of folders stops here too. */
  readonly treeEntries: number;
  /** Sum of all files of a tree. */
  readonly treeBytes: number;
  readonly treeDepth: number;
  readonly pathBytes: number;
  /** The whole of a fetch, and the longest silence in it. */
  readonly fetchMs: number;
  readonly idleMs: number;
}

export const DEFAULT_GIT_LIMITS: GitLimits = {
  objectBytes: 64 * MiB,
  deltaDepth: 250,
  deltaBytes: 256 * MiB,
  packBytes: 1024 * MiB,
  packObjects: 1_000_000,
  refListingBytes: 64 * MiB,
  wantedTags: 10_000,
  walkedCommits: 1_000_000,
  walkedEdges: 2_000_000,
  rangeCommits: 20_000,
  rangeBytes: 64 * MiB,
  rangePathBytes: 64 * MiB,
  treeEntries: 100_000,
  treeBytes: 256 * MiB,
  treeDepth: 64,
  pathBytes: 4 * KiB,
  fetchMs: 10 * 60_000,
  idleMs: 60_000,
};
