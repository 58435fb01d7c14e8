export {
  type DecisionReason,
  type DecisionRecord,
  type DecisionSigner,
  type DecisionSource,
  type DecisionStatementInput,
  type NamedDigest,
  policyDigest,
} from "./decision.ts";
export { type Envelope, formatEnvelope, preAuthenticationEncoding } from "./dsse.ts";
export { type AuditEntry, type EntryProblem, parseEntry, verifyEntry } from "./entry.ts";
export {
  OUTCOME_RESULTS,
  type OutcomeRecord,
  type OutcomeResult,
  type OutcomeStatementInput,
} from "./outcome.ts";
export { type LogIdentity, sealDecision, sealOutcome } from "./seal.ts";
export { type GateName, PAYLOAD_TYPE } from "./statement.ts";
