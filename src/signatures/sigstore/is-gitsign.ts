import { parseCms } from "../x509/cms.ts";
import { isFulcioCertificate } from "./identity.ts";

/**
 * Whether a CMS signature is one to ask `verifyGitsign` about, and not one of X.509: its armor is the same. Both
 * refuse what is not theirs, so a signer who pretends gains nothing. Apart from the verifier, which brings a library
 * that takes long to load.
 */
export function isGitsign(armored: string): boolean {
  const data = parseCms(armored);
  return !("code" in data) && data.certificates.some(isFulcioCertificate);
}
