import { isSignedBy } from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { KEY_USAGE } from "./extensions.ts";
import type { Path } from "./find-paths.ts";
import { type RevocationList, revocationProblem } from "./revocation-list.ts";
import { problem, type X509Code, type X509Problem } from "./verdict.ts";

/** Purposes for which certificates that sign commits are made: RFC 5280 section 4.2.1.12. */
const PURPOSE = {
  any: "2.5.29.37.0",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
} as const;

const PURPOSES: ReadonlySet<string> = new Set(Object.values(PURPOSE));

export type PathProblem = X509Problem<Exclude<X509Code, "MALFORMED_SIGNATURE" | "CERTIFICATE_MISSING">>;

export interface PathConditions {
  /** Every instant at which each certificate must be valid. */
  readonly times: readonly number[];
  readonly revocationLists: readonly RevocationList[];
  readonly now: number;
}

/**
 * Why a path does not vouch for a signature; undefined if it does. RFC 5280 section 6.1, without policies
 * and name constraints, and with the root held to the same rules as the authorities below it: it is given as
 * a certificate, so what it says of itself counts.
 */
export function judgePath(path: Path, conditions: PathConditions): PathProblem | undefined {
  const [first] = findProblems(path, conditions);
  return first;
}

/**
 * What judging a path meets, from the signer up. It goes on above a list that is out of date, for nobody keeps the
 * lists of a revoked authority current; and ends at what makes anything above it say nothing of the signer.
 */
export function* findProblems(
  path: Path,
  { times, ...revocation }: PathConditions,
): Generator<PathProblem, undefined> {
  const [signer, ...authorities] = path;
  for (const [index, certificate] of path.entries()) {
    const found =
      problemWithItself(certificate, times) ??
      (certificate === signer
        ? problemAsSigner(certificate)
        : problemAsAuthority(certificate, authorities.slice(0, index - 1))) ??
      // The root is trusted because it was given, not because of who signed it.
      issuanceProblem(certificate, path[index + 1], revocation);
    if (found !== undefined) yield found;
    if (found !== undefined && found.code !== "REVOCATION_UNKNOWN") return;
  }
}

function problemWithItself(
  { subject, extensions, validAfter, validBefore }: Certificate,
  times: readonly number[],
): PathProblem | undefined {
  const [unsupported] = extensions.unsupported;
  if (unsupported !== undefined) {
    return problem(
      "CERTIFICATE_UNSUPPORTED",
      `the extension ${unsupported} of ${subject.text} is not supported`,
    );
  }
  if (times.some((time) => time < validAfter)) {
    const from = new Date(validAfter).toISOString();
    return problem("KEY_NOT_YET_VALID", `the certificate of ${subject.text} is valid from ${from}`);
  }
  if (times.some((time) => time >= validBefore)) {
    const until = new Date(validBefore).toISOString();
    return problem("KEY_EXPIRED", `the certificate of ${subject.text} was valid until ${until}`);
  }
  return undefined;
}

function problemAsSigner({
  subject,
  extensions: { keyUsage, extendedKeyUsage },
}: Certificate): PathProblem | undefined {
  const maySign =
    keyUsage === undefined ||
    keyUsage.has(KEY_USAGE.digitalSignature) ||
    keyUsage.has(KEY_USAGE.contentCommitment);
  if (maySign && isForSigning(extendedKeyUsage)) return undefined;
  return problem("KEY_NOT_FOR_SIGNING", `the certificate of ${subject.text} is not for signing`);
}

/** `below` are the authorities between it and the signer. */
function problemAsAuthority(
  certificate: Certificate,
  below: readonly Certificate[],
): PathProblem | undefined {
  const { subject, extensions } = certificate;
  const { authority, keyUsage, extendedKeyUsage } = extensions;
  const mayCertify = keyUsage === undefined || keyUsage.has(KEY_USAGE.keyCertSign);
  if (authority === undefined || !mayCertify || !isForSigning(extendedKeyUsage)) {
    return problem("KEY_NOT_FOR_SIGNING", `${subject.text} is no authority for certificates that sign`);
  }
  // Section 4.2.1.9: those that an authority issued to itself, to change its key, do not count.
  const counted = below.filter((each) => !each.subject.raw.equals(each.issuer.raw));
  if (counted.length > (authority.pathLength ?? Number.POSITIVE_INFINITY)) {
    return problem("KEY_NOT_FOR_SIGNING", `the chain below ${subject.text} is longer than it allows`);
  }
  return undefined;
}

function isForSigning(extendedKeyUsage: ReadonlySet<string> | undefined): boolean {
  return extendedKeyUsage === undefined || extendedKeyUsage.intersection(PURPOSES).size > 0;
}

function issuanceProblem(
  certificate: Certificate,
  issuer: Certificate | undefined,
  { now, revocationLists }: Omit<PathConditions, "times">,
): PathProblem | undefined {
  if (issuer === undefined) return undefined;
  const { signatureAlgorithm, signed, signature, subject } = certificate;
  if ("code" in signatureAlgorithm) return signatureAlgorithm;
  if ("code" in issuer.key) return issuer.key;
  if (!isSignedBy(issuer.key, signatureAlgorithm, signed, signature)) {
    return problem(
      "CERTIFICATE_UNTRUSTED",
      `${issuer.subject.text} did not sign the certificate of ${subject.text}`,
    );
  }
  return revocationProblem(certificate, issuer, revocationLists, now);
}
