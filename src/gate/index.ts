export { type BundleFiles, type BundleReference, type GateConfig, selectGates } from "./config.ts";
export { decide, type Findings } from "./decide.ts";
export type { Admit, ChangeSource, Decision, Deny, Named, Reason, Stage } from "./decision.ts";
export { GateError, type GateErrorCode } from "./error.ts";
export { EVIDENCE_TYPE, toEvidence } from "./evidence.ts";
export { type RecordedSignature, type RecordedSignatures, readSignatures } from "./evidence-signatures.ts";
export { type GateStanding, judge } from "./judge.ts";
export { type GateHistory, Ledger, type LogView, type PastDecision } from "./ledger.ts";
export { type PreparedGate, prepareGate } from "./prepare.ts";
export { type RangeStart, rangeStart } from "./range-start.ts";
export { type Reconciled, reconcile } from "./reconcile.ts";
export { type Books, recordRemoval } from "./record.ts";
export { type LastAdmission, lastAdmission } from "./reset.ts";
export type { Stages, TimeStage } from "./stages.ts";
export {
  type ClusterTargetConfig,
  type DirectoryTargetConfig,
  type RemoteCluster,
  resolveTarget,
  type TargetConfig,
} from "./target-config.ts";
