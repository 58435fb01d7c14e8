import type { NonEmpty } from "../../refusal.ts";
import { CLOCK_SKEW_MS } from "../clock.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { type CmsSignature, verifyCms } from "./cms.ts";
import { findPaths, type Path } from "./find-paths.ts";
import { judgePath, type PathProblem } from "./judge-path.ts";
import type { X509Authority, X509Trust } from "./material.ts";
import type { SignedData } from "./signed-data.ts";
import { problem, type X509Code, type X509Problem } from "./verdict.ts";

/** Whose certificate it is, as its issuer says. */
export interface X509Signer {
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** For showing: `CN=Alice, O=Bank`. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, as openssl prints it without its colons. */
  readonly serialNumber: string;
  /** The alternative names that are addresses; where there are none, those in the subject. */
  readonly emails: readonly string[];
}

export type X509Verdict =
  | {
      readonly ok: true;
      readonly signer: X509Signer;
      /** The names of the authorities that vouch, each by itself. */
      readonly authorities: NonEmpty<string>;
      /** The fingerprint of the root behind the first of them. */
      readonly root: string;
      /** The signer's certificate, and those between it and the roots. */
      readonly certificates: NonEmpty<Certificate>;
      /** When the signature says it was made. */
      readonly signedAt: number | undefined;
    }
  | {
      readonly ok: false;
      readonly code: X509Code;
      /** Whom the signature *names*; nothing is proven about them. */
      readonly signer: X509Signer | null;
      readonly message: string;
    };

export interface X509Times {
  readonly now: number;
  /** When the commit says it was made. */
  readonly claimed: number;
}

/**
 * Judges a detached CMS signature over `payload`. Pure and synchronous; no store of the system and
 * no network is asked, so the roots are those given.
 *
 * Every certificate of the chain must be valid when the commit says it was made, when the signature says it
 * was, and now: the first two are the signer's own claim, and an expired key's holder can claim anything.
 */
export function verifyX509Signature(
  payload: Uint8Array,
  data: SignedData,
  authorities: readonly X509Authority[],
  { now, claimed }: X509Times,
): X509Verdict {
  const cms = verifyCms(payload, data);
  if (!cms.ok) return refuse(cms.problem, cms.named);
  const { certificate, signer } = cms.value;
  const signedAt = signer.attributes.signingTime;
  if (signedAt !== undefined && signedAt > now + CLOCK_SKEW_MS) {
    return refuse(problem("SIGNATURE_IN_FUTURE", "the signature claims a time to come"), certificate);
  }
  const times = signedAt === undefined ? [now, claimed] : [now, claimed, signedAt];
  const vouched = findVouching(cms.value, authorities, times, now);
  return "code" in vouched ? refuse(vouched, certificate) : { ok: true, ...vouched, signedAt };
}

/**
 * Judges certificates that a good signature once came with, the signer's first, as if it had been made at this
 * moment: whether a chain still leads to a given root, and nothing on it is expired or revoked.
 */
export function judgeX509Certificates(
  [signer, ...others]: NonEmpty<Uint8Array>,
  authorities: readonly X509Authority[],
  now: number,
): Vouched | X509Problem {
  const chain = { certificate: parseCertificate(signer), others: others.map(parseCertificate) };
  return findVouching(chain, authorities, [now], now);
}

export type Vouched = Pick<
  Extract<X509Verdict, { ok: true }>,
  "signer" | "authorities" | "root" | "certificates"
>;

function findVouching(
  chain: Pick<CmsSignature, "certificate" | "others">,
  authorities: readonly X509Authority[],
  times: readonly number[],
  now: number,
): Vouched | PathProblem {
  const judged = authorities.map((authority) => ({
    name: authority.name,
    ...judgeAuthority(chain, authority, times, now),
  }));
  const [first, ...others] = judged.filter((each) => "path" in each);
  if (first === undefined) return mostTelling(judged.filter((each) => "code" in each));
  const between = [first, ...others].flatMap(({ path }) => path.slice(1, -1));
  return {
    signer: describe(chain.certificate),
    authorities: [first.name, ...others.map(({ name }) => name)],
    root: (first.path.at(-1) ?? chain.certificate).fingerprint,
    certificates: [chain.certificate, ...new Set(between)],
  };
}

const NO_CHAIN: PathProblem = problem("CERTIFICATE_UNTRUSTED", "no chain leads to a given root");

/** The chain that leads to a root of this authority, with what it alone gives of intermediates and lists. */
function judgeAuthority(
  { certificate, others }: Pick<CmsSignature, "certificate" | "others">,
  { roots, intermediates, revocationLists }: X509Trust,
  times: readonly number[],
  now: number,
): { readonly path: Path } | PathProblem {
  let refusal = NO_CHAIN;
  for (const [index, path] of findPaths(certificate, [...others, ...intermediates], roots).entries()) {
    const found = judgePath(path, { times, now, revocationLists });
    if (found === undefined) return { path };
    if (index === 0) refusal = found;
  }
  return refusal;
}

/** Of an authority to which a chain leads, not of one that has nothing to do with the signer. */
function mostTelling(problems: readonly PathProblem[]): PathProblem {
  return problems.find(({ code }) => code !== NO_CHAIN.code) ?? problems[0] ?? NO_CHAIN;
}

function refuse(
  { code, message }: { code: X509Code; message: string },
  named: Certificate | undefined,
): X509Verdict {
  return { ok: false, code, message, signer: named === undefined ? null : describe(named) };
}

function describe({ fingerprint, subject, issuer, serialNumber, extensions }: Certificate): X509Signer {
  const { emails } = extensions.alternativeNames;
  return {
    fingerprint,
    subject: subject.text,
    issuer: issuer.text,
    serialNumber: serialNumber.toString("hex"),
    emails: emails.length > 0 ? emails : subject.emails,
  };
}
