import {
  type GoodSignature,
  type RefusedSignature,
  type Scheme,
  type SignatureCode,
  type SshCertificate,
  verifySignature,
} from "../signatures/index.ts";
import { type AuthorityGrant, type Grant, grantKey, type Trust } from "./trust.ts";

/** What a commit or a tag carries as its signature, and the bytes that it is over. */
export interface SignedObject {
  readonly payload: Uint8Array;
  readonly signature?: string;
  /** When the committer or tagger says that it was; milliseconds since the epoch. */
  readonly claimedAt: number;
}

export interface SignatureProblem {
  readonly code: SignatureCode;
  readonly message: string;
}

/** Who made a signature, by the trust and the time that are given. */
export interface SignatureJudgement {
  readonly scheme: Scheme | null;
  /** Only ever set where cryptography proved it. */
  readonly signer: string | null;
  readonly roles: readonly string[];
  /** The key that signed, or, without a signer, the key that the signature names. */
  readonly key: string | null;
  /** Why the signature does not count; undefined where it does. */
  readonly problem: SignatureProblem | undefined;
}

/** Judges one signature; pure, and nothing is remembered. */
export async function judgeSignature(
  { payload, signature, claimedAt }: SignedObject,
  trust: Trust,
  now: number,
): Promise<SignatureJudgement> {
  const verdict = await verifySignature(payload, signature, trust.keyring, now);
  if (!verdict.ok) return nobody(verdict, verdict);
  const grants = grantsOf(verdict, trust);
  const claimed = verdict.signedAt === undefined ? [claimedAt] : [claimedAt, verdict.signedAt];
  const times = trust.clock === "gate" ? [...claimed, now] : claimed;
  const grant = grants.find((each) => windowProblem(each, times) === undefined) ?? grants[0];
  if (grant === undefined) return nobody(verdict, nobodyNamed(verdict));
  const { scheme, key } = verdict;
  return { scheme, key, signer: grant.signer, roles: grant.roles, problem: windowProblem(grant, times) };
}

function nobody(
  { scheme, key }: GoodSignature | RefusedSignature,
  { code, message }: SignatureProblem,
): SignatureJudgement {
  return { scheme, key, signer: null, roles: [], problem: { code, message } };
}

function grantsOf({ scheme, trustedKey, certificate }: GoodSignature, trust: Trust): readonly Grant[] {
  if (certificate === undefined) return trust.grants.get(grantKey(scheme, trustedKey)) ?? [];
  return (trust.authorities.get(trustedKey) ?? []).flatMap((authority) =>
    certifiedGrants(authority, certificate),
  );
}

/** A certificate counts while it is valid and its authority is: both windows are one. */
function certifiedGrants(authority: AuthorityGrant, certificate: SshCertificate): Grant[] {
  const signer = authority.nameSigner(certificate.principals);
  if (signer === undefined) return [];
  return [
    {
      signer,
      roles: authority.roles,
      validAfter: Math.max(authority.validAfter, certificate.validAfter),
      validBefore: Math.min(authority.validBefore, certificate.validBefore),
    },
  ];
}

function nobodyNamed({ certificate }: GoodSignature): SignatureProblem {
  if (certificate === undefined) return { code: "UNKNOWN_KEY", message: "the key stands for nobody" };
  const names = certificate.principals.join(", ") || "nobody";
  return {
    code: "PRINCIPAL_NOT_ALLOWED",
    message: `the certificate names ${names}, and none whom its authority may name`,
  };
}

/** Every time given must be in the window. */
function windowProblem(
  { signer, validAfter, validBefore }: Grant,
  times: readonly number[],
): SignatureProblem | undefined {
  if (times.some((time) => time < validAfter)) {
    return { code: "KEY_NOT_YET_VALID", message: `this key of ${signer} is valid from ${show(validAfter)}` };
  }
  if (times.some((time) => time >= validBefore)) {
    return { code: "KEY_EXPIRED", message: `this key of ${signer} was valid until ${show(validBefore)}` };
  }
  return undefined;
}

function show(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString() : "never";
}
