import {
  type Certified,
  type GoodSignature,
  type RefusedSignature,
  type Scheme,
  type SignatureCode,
  verifySignature,
} from "../signatures/index.ts";
import { type Grant, grantKey, type Trust } from "./trust.ts";
import { intersect } from "./window.ts";

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
  /** In base64, where certificates made the key count: the signer's first. For whoever asks later whether they still do. */
  readonly certificates?: readonly string[];
  /** Why the signature does not count; undefined where it does. */
  readonly problem: SignatureProblem | undefined;
}

/** Judges one signature; pure, and nothing is remembered. */
export async function judgeSignature(
  { payload, signature, claimedAt }: SignedObject,
  trust: Trust,
  now: number,
): Promise<SignatureJudgement> {
  const verdict = await verifySignature(payload, signature, trust.keyring, { now, claimed: claimedAt });
  if (!verdict.ok) return nobody(verdict, verdict);
  const grants = grantsOf(verdict, trust);
  const several = severalPeople(verdict, grants, trust);
  if (several !== undefined) return nobody(verdict, several);
  const claimed = claimedTimes(verdict, claimedAt);
  const times = trust.clock === "gate" ? [...claimed, now] : claimed;
  const grant = grants.find((each) => windowProblem(each, times) === undefined) ?? grants[0];
  if (grant === undefined) return nobody(verdict, nobodyNamed(verdict));
  const { scheme, key, certified } = verdict;
  const { signer, roles } = grant;
  return {
    scheme,
    key,
    signer,
    roles,
    ...recordCertificates(certified),
    problem: windowProblem(grant, times),
  };
}

function recordCertificates(certified: Certified | undefined): Pick<SignatureJudgement, "certificates"> {
  if (certified === undefined) return {};
  return { certificates: certified.certificates.map((each) => Buffer.from(each).toString("base64")) };
}

/** When it was signed, as far as anybody says: a trusted log alone, where there is one. */
function claimedTimes({ signedAt, loggedAt }: GoodSignature, claimedAt: number): readonly number[] {
  if (loggedAt !== undefined) return [loggedAt];
  return signedAt === undefined ? [claimedAt] : [claimedAt, signedAt];
}

function nobody(
  { scheme, key }: GoodSignature | RefusedSignature,
  { code, message }: SignatureProblem,
): SignatureJudgement {
  return { scheme, key, signer: null, roles: [], problem: { code, message } };
}

function grantsOf({ scheme, trustedKey, certified }: GoodSignature, trust: Trust): readonly Grant[] {
  if (certified === undefined) return trust.grants.get(grantKey(scheme, trustedKey)) ?? [];
  return certifiedGrants(scheme, certified, trust);
}

/** A certificate counts while it is valid and its authority is: both windows are one. */
export function certifiedGrants(
  scheme: Scheme,
  certified: Certified,
  { authorities }: Trust,
): readonly Grant[] {
  return certified.authorities
    .flatMap((authority) => authorities.get(grantKey(scheme, authority))?.grantsOf(certified) ?? [])
    .map((grant) => ({ ...grant, ...intersect(grant, certified) }));
}

/** A certificate for two people of a policy is no answer to who signed; git takes the first whom its file names. */
export function severalPeople(
  { certified }: Pick<GoodSignature, "certified">,
  grants: readonly Grant[],
  { clock }: Trust,
): SignatureProblem | undefined {
  const people = new Set(grants.map(({ signer }) => signer));
  if (certified === undefined || clock === "git" || people.size < 2) return undefined;
  const message = `the certificate stands for several people: ${[...people].join(", ")}`;
  return { code: "IDENTITY_MISSING", message };
}

function nobodyNamed({ scheme, key, certified }: GoodSignature): SignatureProblem {
  if (scheme === "gitsign") return { code: "PRINCIPAL_NOT_ALLOWED", message: `${key} stands for nobody` };
  if (certified === undefined) return { code: "UNKNOWN_KEY", message: "the key stands for nobody" };
  const names = certified.names.join(", ") || "nobody";
  return {
    code: "PRINCIPAL_NOT_ALLOWED",
    message: `the certificate names ${names}, and none whom its authority may name`,
  };
}

/** Every time given must be in the window. */
export function windowProblem(
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
