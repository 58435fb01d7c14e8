export { GitError, type GitErrorCode } from "./error.ts";
export type { GitAuth } from "./fetch/smart-http.ts";
export { type CloneRequest, cloneTemporarily, type TemporaryClone } from "./fetch/temporary-clone.ts";
export { type RawCommit, streamRange } from "./history/range.ts";
export { DEFAULT_GIT_LIMITS, type GitLimits } from "./limits.ts";
export { type GitObject, hashObject, isOid, type ObjectType, type Oid, parseOid } from "./oid.ts";
export { openRepository, type Repository } from "./repository/repository.ts";
