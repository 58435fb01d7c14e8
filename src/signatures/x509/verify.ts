import { CLOCK_SKEW_MS } from "../clock.ts";
import type { Certificate } from "./certificate.ts";
import { verifyCms } from "./cms.ts";
import { findPaths, type Path } from "./find-paths.ts";
import { judgePath, type PathProblem } from "./judge-path.ts";
import type { X509Trust } from "./material.ts";
import { problem, type X509Code } from "./verdict.ts";

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
      /** The fingerprint of the root that vouches. */
      readonly root: string;
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
 * Judges an armored, detached CMS signature over `payload`. Pure and synchronous; no store of the system and
 * no network is asked, so the roots are those given.
 *
 * Every certificate of the chain must be valid when the commit says it was made, when the signature says it
 * was, and now: the first two are the signer's own claim, and an expired key's holder can claim anything.
 */
export function verifyX509Signature(
  payload: Uint8Array,
  armored: string,
  { roots, intermediates, revocationLists }: X509Trust,
  { now, claimed }: X509Times,
): X509Verdict {
  const cms = verifyCms(payload, armored);
  if (!cms.ok) return refuse(cms.problem, cms.named);
  const { certificate, others, signer } = cms.value;
  const { signingTime } = signer.attributes;
  if (signingTime !== undefined && signingTime > now + CLOCK_SKEW_MS) {
    return refuse(problem("SIGNATURE_IN_FUTURE", "the signature claims a time to come"), certificate);
  }
  const times = signingTime === undefined ? [now, claimed] : [now, claimed, signingTime];
  let refusal: PathProblem = problem("CERTIFICATE_UNTRUSTED", "no chain leads to a given root");
  for (const [index, path] of findPaths(certificate, [...others, ...intermediates], roots).entries()) {
    const found = judgePath(path, { times, now, revocationLists });
    if (found === undefined) return accept(path, signingTime);
    if (index === 0) refusal = found;
  }
  return refuse(refusal, certificate);
}

function accept(path: Path, signedAt: number | undefined): X509Verdict {
  const root = path.at(-1) ?? path[0];
  return { ok: true, signer: describe(path[0]), root: root.fingerprint, signedAt };
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
