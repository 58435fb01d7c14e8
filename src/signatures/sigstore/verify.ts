import { createHash } from "node:crypto";
import { type TransparencyLogEntry, toMessageSignatureBundle } from "@sigstore/bundle";
import { toSignedEntity, VerificationError } from "@sigstore/verify";
import { CLOCK_SKEW_MS } from "../clock.ts";
import { hashOf } from "../x509/algorithms.ts";
import type { Certificate } from "../x509/certificate.ts";
import { type CmsSignature, verifyCms } from "../x509/cms.ts";
import { MalformedDer } from "../x509/der.ts";
import { KEY_USAGE } from "../x509/extensions.ts";
import type { SignedData } from "../x509/signed-data.ts";
import { readIdentity, type SigstoreIdentity } from "./identity.ts";
import { LOG_ENTRY_ATTRIBUTE, readLogEntry } from "./log-entry.ts";
import { MalformedMessage } from "./protobuf.ts";
import type { SigstoreRoot } from "./root.ts";
import { problem, type SigstoreCode, type SigstoreProblem } from "./verdict.ts";

export type SigstoreVerdict =
  | ({
      readonly ok: true;
      /** SHA-256 of the certificate, lower-case hexadecimal. */
      readonly certificate: string;
      /** When the log took it in: a time that the signer could not choose. */
      readonly loggedAt: number;
    } & SigstoreIdentity)
  | {
      readonly ok: false;
      readonly code: SigstoreCode;
      /** Whom the certificate *names*; nothing is proven about them. */
      readonly named: SigstoreIdentity | null;
      readonly message: string;
    };

/**
 * Judges a signature by gitsign in its offline form, where Rekor's answer is part of the signature. Pure
 * and synchronous: certificate, certificate timestamp, log entry and the time of logging are checked by
 * @sigstore/verify against the root that is given.
 *
 * The certificate lives for minutes, so what counts is that it was valid when the signature was logged. Whether
 * the identity is trusted, and at which times, is asked afterwards, by {@link SigstoreIdentity} to the letter.
 */
export function verifyGitsign(
  payload: Uint8Array,
  data: SignedData,
  root: SigstoreRoot,
  { now }: { readonly now: number },
): SigstoreVerdict {
  const cms = verifyCms(payload, data);
  if (!cms.ok) return refuse(cms.problem, null);
  const { certificate } = cms.value;
  const identity = readIdentity(certificate);
  if (typeof identity === "string") return refuse(problem("IDENTITY_MISSING", identity), null);
  const entry = problemWith(certificate) ?? findLogEntry(cms.value);
  if ("code" in entry) return refuse(entry, identity);
  const loggedAt = Number(entry.integratedTime) * 1000;
  const found = problemWithTime(certificate, loggedAt, now) ?? verifyEntity(cms.value, entry, root);
  if (found !== undefined) return refuse(found, identity);
  return { ok: true, ...identity, certificate: certificate.fingerprint, loggedAt };
}

const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";

/** What the library does not look at. */
function problemWith({ extensions }: Certificate): SigstoreProblem | undefined {
  const { unsupported, keyUsage, extendedKeyUsage } = extensions;
  const [extension] = unsupported;
  if (extension !== undefined) {
    return problem(
      "CERTIFICATE_UNSUPPORTED",
      `the extension ${extension} of the certificate is not supported`,
    );
  }
  if (keyUsage?.has(KEY_USAGE.digitalSignature) && extendedKeyUsage?.has(CODE_SIGNING)) return undefined;
  return problem("KEY_NOT_FOR_SIGNING", "the certificate is not for signing code");
}

function findLogEntry(cms: CmsSignature): TransparencyLogEntry | SigstoreProblem {
  const { attributes, digestAlgorithm, unsignedAttributes } = cms.signer;
  const attribute = unsignedAttributes.get(LOG_ENTRY_ATTRIBUTE);
  if (attribute === undefined) return problem("NOT_LOGGED", "the signature carries no log entry");
  if (hashOf(digestAlgorithm) !== "sha256") {
    return problem("UNSUPPORTED_ALGORITHM", "a digest other than SHA-256, which the log entry is about");
  }
  try {
    return readLogEntry(attribute, cms, sha256(attributes.signed));
  } catch (error) {
    if (!(error instanceof MalformedMessage || error instanceof MalformedDer)) throw error;
    return problem("LOG_ENTRY_INVALID", error.message);
  }
}

/** Before the library asks, and to say which: it has one code for certificates. */
function problemWithTime(
  { validAfter, validBefore }: Certificate,
  loggedAt: number,
  now: number,
): SigstoreProblem | undefined {
  if (loggedAt > now + CLOCK_SKEW_MS) return problem("SIGNATURE_IN_FUTURE", "logged at a time to come");
  if (loggedAt < validAfter) return problem("KEY_NOT_YET_VALID", "logged before the certificate was valid");
  if (loggedAt >= validBefore) return problem("KEY_EXPIRED", "logged after the certificate had expired");
  return undefined;
}

function verifyEntity(
  { certificate, signer }: CmsSignature,
  entry: TransparencyLogEntry,
  { verifier }: SigstoreRoot,
): SigstoreProblem | undefined {
  const { signed } = signer.attributes;
  const bundle = toMessageSignatureBundle({
    digest: sha256(signed),
    signature: signer.signature,
    certificate: certificate.raw,
  });
  const verificationMaterial = { ...bundle.verificationMaterial, tlogEntries: [entry] };
  try {
    // Without a policy: the library takes identities for patterns.
    verifier.verify(toSignedEntity({ ...bundle, verificationMaterial }, signed));
    return undefined;
  } catch (error) {
    // What its parsers of certificates throw has no common class.
    return error instanceof VerificationError
      ? problem(CODES[error.code], error.message)
      : problem("CERTIFICATE_UNTRUSTED", "the certificate cannot be read");
  }
}

const CODES: Readonly<Record<VerificationError["code"], SigstoreCode>> = {
  CERTIFICATE_ERROR: "CERTIFICATE_UNTRUSTED",
  PUBLIC_KEY_ERROR: "CERTIFICATE_UNTRUSTED",
  SIGNATURE_ERROR: "BAD_SIGNATURE",
  TIMESTAMP_ERROR: "LOG_ENTRY_INVALID",
  TLOG_ERROR: "LOG_ENTRY_INVALID",
  TLOG_BODY_ERROR: "LOG_ENTRY_INVALID",
  TLOG_INCLUSION_PROOF_ERROR: "LOG_ENTRY_INVALID",
  TLOG_INCLUSION_PROMISE_ERROR: "LOG_ENTRY_INVALID",
  TLOG_MISSING_INCLUSION_ERROR: "LOG_ENTRY_INVALID",
  NOT_IMPLEMENTED_ERROR: "LOG_ENTRY_INVALID",
};

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function refuse({ code, message }: SigstoreProblem, named: SigstoreIdentity | null): SigstoreVerdict {
  return { ok: false, code, message, named };
}
