import { identityKey, isFulcioCertificate, type SigstoreIdentity } from "./sigstore/identity.ts";
import type { SigstoreRoot } from "./sigstore/root.ts";
import { type Certified, refuseSignature, type SignatureVerdict } from "./verdict.ts";
import { parseCms } from "./x509/cms.ts";
import type { X509Authority } from "./x509/material.ts";
import type { SignedData } from "./x509/signed-data.ts";
import { type Vouched, verifyX509Signature, type X509Times } from "./x509/verify.ts";

/** Whom CMS signatures are checked against. */
export interface CmsKeyring {
  readonly x509: readonly X509Authority[];
  /** Undefined where nobody is trusted who signs with gitsign. */
  readonly sigstore: SigstoreRoot | undefined;
}

/**
 * Judges an armored CMS signature by the rules of whoever issued its certificate: gitsign's armor is that of gpgsm.
 * Sigstore's library is loaded when the first signature by gitsign comes.
 */
export function verifyCmsSignature(
  payload: Uint8Array,
  armored: string,
  { x509, sigstore }: CmsKeyring,
  times: X509Times,
): SignatureVerdict | Promise<SignatureVerdict> {
  const data = parseCms(armored);
  if ("code" in data) return refuseSignature("x509", data.code, data.message);
  return isGitsign(data)
    ? judgeGitsign(payload, data, sigstore, times)
    : judgeX509(payload, data, x509, times);
}

/**
 * Whether a signature is one of gitsign, and not of gpgsm or smimesign. It is the signer's own claim, and nothing is
 * gained by a false one: those who judge refuse what is not theirs.
 */
export function isGitsign({ certificates }: SignedData): boolean {
  return certificates.some(isFulcioCertificate);
}

/** The chain's own windows were asked about, at every time that counts. */
const WAS_OPEN = {
  validAfter: Number.NEGATIVE_INFINITY,
  validBefore: Number.POSITIVE_INFINITY,
} as const;

function judgeX509(...args: Parameters<typeof verifyX509Signature>): SignatureVerdict {
  const verdict = verifyX509Signature(...args);
  const key = verdict.signer?.fingerprint ?? null;
  if (!verdict.ok) return refuseSignature("x509", verdict.code, verdict.message, key);
  const { signer, root, signedAt } = verdict;
  const certified = toCertified(verdict);
  return { ok: true, scheme: "x509", key: signer.fingerprint, trustedKey: root, signedAt, certified };
}

export function toCertified({ authorities, signer, certificates }: Vouched): Certified {
  const { emails: names, subject } = signer;
  return { authorities, names, subject, ...WAS_OPEN, certificates: certificates.map(({ raw }) => raw) };
}

async function judgeGitsign(
  payload: Uint8Array,
  data: SignedData,
  root: SigstoreRoot | undefined,
  { now }: X509Times,
): Promise<SignatureVerdict> {
  if (root === undefined) {
    return refuseSignature(
      "gitsign",
      "CERTIFICATE_UNTRUSTED",
      "made with gitsign, and no Sigstore is trusted",
    );
  }
  const { verifyGitsign } = await import("./sigstore/verify.ts");
  const verdict = verifyGitsign(payload, data, root, { now });
  if (!verdict.ok) {
    const named = verdict.named === null ? null : show(verdict.named);
    return refuseSignature("gitsign", verdict.code, verdict.message, named);
  }
  return {
    ok: true,
    scheme: "gitsign",
    key: show(verdict),
    trustedKey: identityKey(verdict),
    signedAt: undefined,
    loggedAt: verdict.loggedAt,
  };
}

function show({ identity, issuer }: SigstoreIdentity): string {
  return `${identity} (${issuer})`;
}
