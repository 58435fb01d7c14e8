export type {
  DecisionReason,
  DecisionReset,
  DecisionRecord,
  DecisionSigner,
  DecisionSource,
  DecisionStatementInput,
  NamedDigest,
} from "./decision.ts";
export type { Envelope } from "./dsse.ts";
export { type AuditEntry, type EntryProblem, parseEntry, verifyEntry } from "./entry.ts";
export type { DriftRecord, Listed, OutcomeRecord, OutcomeResult, OutcomeStatementInput } from "./outcome.ts";
export { type LogIdentity, sealDecision, sealOutcome } from "./seal.ts";
export type { GateName } from "./statement.ts";
