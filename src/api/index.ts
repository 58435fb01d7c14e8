export { API_VERSION } from "./common.ts";
export { ResourceError, type ResourceErrorCode } from "./error.ts";
export type { Gate } from "./gate.ts";
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
export { type Credentials, type Secret, toCredentials } from "./secret.ts";
export type { TrustPolicy } from "./trust-policy.ts";
