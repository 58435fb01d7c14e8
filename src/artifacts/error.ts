import { Fault } from "../fault.ts";

export type ArtifactTrustErrorCode = "EMPTY_TRUST" | "INVALID_PATTERN" | "MALFORMED_KEY" | "UNSUPPORTED_KEY";

/** The `artifacts` part of a TrustPolicy cannot be used; the message names the file or field. */
export class ArtifactTrustError extends Fault<ArtifactTrustErrorCode> {
  override readonly name = "ArtifactTrustError";
}
