export type { SigstoreFiles } from "./cms-files.ts";
export type { Assessment, RuleAssessment, RuleCode, RuleProblem } from "./assess-rules.ts";
export { compileTrust } from "./compile.ts";
export { TrustError, type TrustErrorCode } from "./error.ts";
export { type CommitExplanation, explainCommit, type RuleExplanation } from "./explain.ts";
export { APPROVAL_TAG_NAME, type ApprovalCode, type ApprovalRecord } from "./judge-approval.ts";
export { assessCommit, type CommitCode, type CommitRecord, type TrustCode } from "./judge-commit.ts";
export {
  judgeMergedTag,
  judgeTag,
  type NamedTagRecord,
  TAG_REMEDIES,
  type TagCode,
  type TagRecord,
} from "./judge-tag.ts";
export type { KeyFileMaterial } from "./key-file.ts";
export { judgeRecordedKey, type KeyStanding, type RecordedKey } from "./judge-recorded-key.ts";
export { judgeResets, type ResetCode, type ResetRecord, type ResetVerdict } from "./judge-resets.ts";
export { type KeyFiles, type KeyFileTrust, trustKeyFiles } from "./key-files.ts";
export { mountSubmodules } from "./mount-submodules.ts";
export { REMEDIES, type RefusalCode } from "./remedies.ts";
export { formatResetMessage, type ResetBinding, resetTagPrefix } from "./reset-message.ts";
export { asksForApprovals, asksForPaths, type Trust } from "./trust.ts";
export { type FindApprovals, verifyCommits } from "./verify-commits.ts";
export { type SnapshotCode, type SnapshotVerdict, verifySnapshot } from "./verify-snapshot.ts";
