export { attest } from "./attest.ts";
export { ArtifactTrustError, type ArtifactTrustErrorCode } from "./error.ts";
export { type ImageVerdict, verifyImage } from "./image.ts";
export type { ImageNotice } from "./image-fields.ts";
export { type ArtifactRule, compileArtifactRules } from "./rules.ts";
export type {
  ArtifactVerdict,
  ImageEvidence,
  ImageRefusal,
  ImageRefusalCode,
  SignatureEvidence,
  SignatureLayout,
} from "./verdict.ts";
