export { readEntries, type StoredEntry } from "./entries.ts";
export { AuditError, type AuditErrorCode } from "./error.ts";
export { MAX_EVIDENCE_BYTES } from "./evidence.ts";
export { type ExportSummary, exportLog } from "./export/index.ts";
export { AuditLog, type AuditLogOptions } from "./log.ts";

export { createSigner, keyId, parsePublicKey, parseSigner, publicKeyPem, type Signer } from "./signer.ts";
export {
  type AuditEntry,
  type DecisionReason,
  type DecisionRecord,
  type DecisionSigner,
  type DecisionSource,
  type DecisionStatementInput,
  type GateName,
  type LogIdentity,
  type NamedDigest,
  OUTCOME_RESULTS,
  type OutcomeRecord,
  type OutcomeResult,
  type OutcomeStatementInput,
  parseEntry,
  policyDigest,
  sealDecision,
  sealOutcome,
  verifyEntry,
} from "./statement/index.ts";
export { DirectoryFiles, DirectoryStore, type LogFiles, type LogStore, MemoryStore } from "./store/index.ts";
export { MAX_ENTRY_BYTES } from "./tlog/bundle.ts";
export { type Checkpoint, type SignedCheckpoint, verifyCheckpoint } from "./tlog/checkpoint.ts";
export { formatVerifierKey, parseVerifierKey, type VerifierKey, verifierKey } from "./tlog/verifier-key.ts";
export { type LogTrust, type OpenedLog, openCheckpoint, parseTrustedKey, readOwnKey } from "./trust.ts";
export { type LogProblem, type LogVerdict, verifyLog } from "./verify/index.ts";
