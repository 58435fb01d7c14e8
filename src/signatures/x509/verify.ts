import type { NonEmpty } from "../../refusal.ts";
import { CLOCK_SKEW_MS } from "../clock.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { type CmsSignature, verifyCms } from "./cms.ts";
import { MalformedDer } from "./der.ts";
import { findPaths, type Path } from "./find-paths.ts";
import { findProblems, judgePath, type PathProblem } from "./judge-path.ts";
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
      /** The signer's certificate, all that came with it, and those between it and the roots. */
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
 * moment: whether a chain still leads to a given root, and nothing on it is expired or revoked. Of reasons why it does
 * not, that one is revoked, or may be, comes before that it expired as well.
 */
export function judgeX509Certificates(
  certificates: NonEmpty<Uint8Array>,
  authorities: readonly X509Authority[],
  now: number,
): Vouched | X509Problem {
  const chain = parseChain(certificates);
  if ("code" in chain) return chain;
  const today = findVouching(chain, authorities, [now], now);
  if (!("code" in today)) return today;
  const atAnyTime = findVouching(chain, authorities, [], now);
  return findRevocation(chain, authorities, now) ?? ("code" in atAnyTime ? atAnyTime : today);
}

type Chain = Pick<CmsSignature, "certificate" | "others">;

function parseChain([signer, ...others]: NonEmpty<Uint8Array>): Chain | X509Problem<"MALFORMED_SIGNATURE"> {
  try {
    return { certificate: parseCertificate(signer), others: others.map(parseCertificate) };
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
    return problem("MALFORMED_SIGNATURE", `a certificate that cannot be read: ${error.message}`);
  }
}

/** On any path to any authority, whatever expired since: a revoked key may have signed what it should not have. */
function findRevocation(
  chain: Chain,
  authorities: readonly X509Authority[],
  now: number,
): PathProblem | undefined {
  const problems = authorities.flatMap(({ revocationLists, ...authority }) =>
    pathsOf(chain, authority).flatMap((path) => [...findProblems(path, { times: [], now, revocationLists })]),
  );
  const find = (wanted: PathProblem["code"]) => problems.find(({ code }) => code === wanted);
  return find("KEY_REVOKED") ?? find("REVOCATION_UNKNOWN");
}

export type Vouched = Pick<
  Extract<X509Verdict, { ok: true }>,
  "signer" | "authorities" | "root" | "certificates"
>;

function findVouching(
  chain: Chain,
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
    // Not those of the path alone: when its root is retired, another may lead to one that is still given.
    certificates: [chain.certificate, ...new Set([...chain.others, ...between])],
  };
}

const NO_CHAIN: PathProblem = problem("CERTIFICATE_UNTRUSTED", "no chain leads to a given root");

/** The chain that leads to a root of this authority, with what it alone gives of intermediates and lists. */
function judgeAuthority(
  chain: Chain,
  { revocationLists, ...authority }: X509Trust,
  times: readonly number[],
  now: number,
): { readonly path: Path } | PathProblem {
  let refusal = NO_CHAIN;
  for (const [index, path] of pathsOf(chain, authority).entries()) {
    const found = judgePath(path, { times, now, revocationLists });
    if (found === undefined) return { path };
    if (index === 0) refusal = found;
  }
  return refusal;
}

function pathsOf(
  { certificate, others }: Chain,
  { roots, intermediates }: Omit<X509Trust, "revocationLists">,
): readonly Path[] {
  return findPaths(certificate, [...others, ...intermediates], roots);
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
