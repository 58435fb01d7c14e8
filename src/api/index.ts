export { API_VERSION } from "./common.ts";
export { findDependencyCycle } from "./dependencies.ts";
export { ResourceError, type ResourceErrorCode } from "./error.ts";
export type { Gate } from "./gate.ts";
export { type GateStatus, gateStatusSchema, MAX_STATUS_OBJECTS, MAX_STATUS_REASONS } from "./gate-status.ts";
export { toCredentials, toProxy } from "./git-credentials.ts";
export { checkGitHost } from "./git-host.ts";
export { type Inventory, inventorySchema, MAX_INVENTORY_OBJECTS, type OwnedObject } from "./inventory.ts";
export { loadResources, loadTrustPolicy } from "./load.ts";
export type {
  ArtifactRuleMaterial,
  AuthoritiesMaterial,
  CommitRuleMaterial,
  CosignKeyMaterial,
  KeyMaterial,
  SignerMaterial,
  SshAuthorityMaterial,
  TextMaterial,
  TrustMaterial,
  WindowMaterial,
  X509AuthorityMaterial,
} from "./material.ts";
export { type NamedData, namedDataOf } from "./named-data.ts";
export { type ObjectOptions, type ObjectProblem, resourcesFromObjects } from "./objects.ts";
export type { Located } from "./parse.ts";
export type { PolicyBundle } from "./policy-bundle.ts";
export { idOf, keyOf, type Resources } from "./resources.ts";
export { type Secret, secretValue } from "./secret.ts";
export type { Condition } from "./status.ts";
export type { TrustPolicy } from "./trust-policy.ts";
