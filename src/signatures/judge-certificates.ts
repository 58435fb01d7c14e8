import type { NonEmpty } from "../refusal.ts";
import { toCertified } from "./cms.ts";
import { judgeSshCertificate } from "./ssh/find-signer.ts";
import type { Certified, SignatureCode } from "./verdict.ts";
import type { Keyring } from "./verify.ts";
import { judgeX509Certificates } from "./x509/verify.ts";

/**
 * Judges the certificates of a good signature of the past, as a verdict gave them, by the keyring and the time of
 * today: what they say, or why they count no more. `MALFORMED_SIGNATURE` stands for what cannot be read.
 */
export function judgeCertificates(
  scheme: "ssh" | "x509",
  certificates: NonEmpty<Uint8Array>,
  { ssh, x509 }: Keyring,
  now: number,
): Certified | { readonly code: SignatureCode; readonly message: string } {
  if (scheme === "ssh") return judgeSshCertificate(certificates[0], ssh);
  const vouched = judgeX509Certificates(certificates, x509, now);
  return "code" in vouched ? vouched : toCertified(vouched);
}
