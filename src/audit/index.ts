export { type Anchor, anchorAt } from "./anchor.ts";
export { readEntries, type StoredEntry } from "./entries.ts";
export { requireEvidence } from "./evidence.ts";
export { AuditError, type AuditErrorCode } from "./error.ts";
export { type ExportSummary, exportLog } from "./export/index.ts";
export { AuditLog, type AuditLogOptions } from "./log.ts";

export { createSigner, keyId, parsePublicKey, parseSigner, publicKeyPem, type Signer } from "./signer.ts";
export {
  type AuditEntry,
  type DecisionReason,
  type DecisionReset,
  type DecisionRecord,
  type DecisionSigner,
  type DecisionSource,
  type DecisionStatementInput,
  type DriftRecord,
  type GateName,
  type Listed,
  type LogIdentity,
  type NamedDigest,
  type OutcomeRecord,
  type OutcomeResult,
  type OutcomeStatementInput,
  parseEntry,
  sealDecision,
  sealOutcome,
  verifyEntry,
} from "./statement/index.ts";
export {
  DirectoryFiles,
  DirectoryStore,
  type DirectoryStoreOptions,
  type Lease,
  type LogFiles,
  type LogStore,
  MemoryStore,
} from "./store/index.ts";
export type { Checkpoint, SignedCheckpoint } from "./tlog/checkpoint.ts";
export { formatVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from "./tlog/verifier-key.ts";
export { type LogTrust, type OpenedLog, openCheckpoint, parseTrustedKey, readOwnKey } from "./trust.ts";
export { type LogProblem, type LogVerdict, verifyLog } from "./verify/index.ts";
export { AuditLogView } from "./view.ts";
