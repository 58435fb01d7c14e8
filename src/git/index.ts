export { splitApprovalNote } from "./approval-note.ts";
export {
  APPROVAL_NOTES_REF,
  ApprovalReader,
  type ApprovalRefs,
  type RawApproval,
  readApprovalRefs,
  readApprovals,
} from "./approvals.ts";
export { type Commit, parseCommit } from "./commit.ts";
export { GitError, type GitErrorCode } from "./error.ts";
export {
  type FetchedSnapshot,
  type FetchRequest,
  fetchSnapshot,
  readFetched,
  type Sharing,
} from "./fetch/fetch-snapshot.ts";
export type { RefSelector } from "./fetch/ref-selector.ts";
export { SharedFetches } from "./fetch/shared-fetches.ts";
export type { GitAuth, GitHubApp, HttpAuth, HttpLogin, HttpProxy, HttpTls, SshAuth } from "./fetch/auth.ts";
export {
  type CloneRequest,
  cloneTemporarily,
  fetchTagsTemporarily,
  type TagsRequest,
  type TemporaryClone,
  type TemporaryTags,
} from "./fetch/temporary-clone.ts";
export {
  type CommitRange,
  openRange,
  type RangeOptions,
  type RawCommit,
  readCommit,
  readRange,
  type StreamedRange,
  streamRange,
} from "./history/range.ts";
export type { Identity } from "./identity.ts";
export { DEFAULT_GIT_LIMITS, type GitLimits } from "./limits.ts";
export { type GitObject, hashObject, isOid, type ObjectType, type Oid, parseOid } from "./oid.ts";
export type { GitRefusalCode } from "./refusal.ts";
export { openRepository, type Repository } from "./repository/repository.ts";
export { readSnapshot, type Snapshot, type SnapshotSource } from "./snapshot.ts";
export { parseTag, type Tag } from "./tag.ts";
export { type MergedTag, readMergedTags } from "./tag-merged.ts";
export { listTagRefs, type RawTag, readRawTag, readTagAt } from "./tag-refs.ts";
export { changedPaths } from "./tree/changed-paths.ts";
export { readTree, type TreeContent, type TreeFiles } from "./tree/read-tree.ts";
