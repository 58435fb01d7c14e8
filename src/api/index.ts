export { API_VERSION } from "./common.ts";
export { ResourceError, type ResourceErrorCode } from "./error.ts";
export { findDependencyCycle } from "./dependencies.ts";
export type { Gate } from "./gate.ts";
export { type GateStatus, gateStatusSchema, MAX_STATUS_OBJECTS, MAX_STATUS_REASONS } from "./gate-status.ts";
export { type Inventory, inventorySchema, MAX_INVENTORY_OBJECTS, type OwnedObject } from "./inventory.ts";
export { keyOf, type Located, loadResources, loadTrustPolicy, type Resources } from "./load.ts";
export type {
  ArtifactRuleMaterial,
  CommitRuleMaterial,
  CosignKeyMaterial,
  KeyMaterial,
  SignerMaterial,
  TrustMaterial,
} from "./material.ts";
export type { PolicyBundle } from "./policy-bundle.ts";
export { type Credentials, type Secret, secretValue, toCredentials } from "./secret.ts";
export type { Condition } from "./status.ts";
export type { TrustPolicy } from "./trust-policy.ts";
