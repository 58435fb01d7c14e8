import { createMessage, enums } from "openpgp";
import { CLOCK_SKEW_MS } from "../clock.ts";
import { type RefusedSignature, refuseSignature, type SignatureVerdict } from "../verdict.ts";
import { libraryConfig } from "./algorithms.ts";
import type { Candidate, OpenpgpKeyring } from "./keyring.ts";
import { type OpenpgpSignature, parseOpenpgpSignature } from "./signature.ts";
import { judgeKey } from "./validity.ts";

/**
 * Judges an armored, detached OpenPGP signature over `payload` at the time `now`. The issuer that the
 * signature names selects candidates, and may be a lie; the first candidate whose key made it and was
 * good is the signer.
 */
export async function verifyOpenpgpSignature(
  payload: Uint8Array,
  armored: string,
  keyring: OpenpgpKeyring,
  now: number,
): Promise<SignatureVerdict> {
  const parsed = parseOpenpgpSignature(armored);
  if (!parsed.ok) return refuseSignature("openpgp", parsed.refusals[0].code, parsed.refusals[0].message);
  const signature = parsed.value;
  const named = signature.fingerprint ?? signature.keyId.toUpperCase();
  let verdict: SignatureVerdict = refuseSignature(
    "openpgp",
    "UNKNOWN_KEY",
    `no trusted key is the one that the signature names, ${named}`,
    named,
  );
  for (const candidate of keyring.get(signature.keyId) ?? []) {
    if (signature.fingerprint !== undefined && signature.fingerprint !== candidate.component.fingerprint)
      continue;
    verdict = await judgeCandidate(payload, signature, candidate, now);
    if (verdict.ok) break;
  }
  return verdict;
}

async function judgeCandidate(
  payload: Uint8Array,
  signature: OpenpgpSignature,
  { certificate, component }: Candidate,
  now: number,
): Promise<SignatureVerdict> {
  const { fingerprint } = component;
  const refuse = (code: RefusedSignature["code"], message: string): RefusedSignature =>
    refuseSignature("openpgp", code, message, fingerprint);

  const weakness = component.weakness ?? certificate.primary.weakness;
  if (weakness !== undefined) return refuse(weakness.code, weakness.message);
  if (!(await isMadeBy(signature, component, payload))) {
    return refuse("BAD_SIGNATURE", `the key ${fingerprint} did not sign this commit`);
  }
  const signedAt = signature.createdAt;
  if (signedAt > now + CLOCK_SKEW_MS)
    return refuse("SIGNATURE_IN_FUTURE", "the signature claims a time to come");
  if (now >= signature.expiresAt) return refuse("SIGNATURE_EXPIRED", "the signature itself has expired");
  const problem = judgeKey(certificate.primary, component, { signedAt, now });
  if (problem !== undefined) return refuse(problem.code, problem.message);
  const trustedKey = certificate.primary.fingerprint;
  return { ok: true, scheme: "openpgp", key: fingerprint, trustedKey, signedAt };
}

const CARRIAGE_RETURN = 0x0d;

async function isMadeBy(
  { packet }: OpenpgpSignature,
  { packet: key }: Candidate["component"],
  payload: Uint8Array,
): Promise<boolean> {
  const { signatureType, created } = packet;
  if (packet.version !== key.version || signatureType === null || created === null) return false;
  // Text signatures hash line ends as CR LF, so with CRs in the payload one signature would fit two commits.
  if (signatureType === enums.signature.text && payload.includes(CARRIAGE_RETURN)) return false;
  const [data] = (await createMessage({ binary: payload })).packets;
  if (data === undefined) return false;
  try {
    await packet.verify(key, signatureType, data, created, true, libraryConfig);
    return true;
  } catch {
    // What else could be wrong with the packet was looked at when it was parsed.
    return false;
  }
}
