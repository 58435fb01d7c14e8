import type { Certificate } from "../x509/certificate.ts";
import { MalformedDer, readAll, TAG } from "../x509/der.ts";
import { textOf } from "../x509/der-values.ts";

/** Whom Fulcio certified: what the identity provider `issuer` says about who logged in there. */
export interface SigstoreIdentity {
  /** An address, or a URI such as a workflow's. */
  readonly identity: string;
  /** The provider's URL. */
  readonly issuer: string;
}

/** @see https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md */
const ISSUER_V1 = "1.3.6.1.4.1.57264.1.1";
const ISSUER_V2 = "1.3.6.1.4.1.57264.1.8";

/**
 * Reads the identity off a certificate, or says why there is none. There must be one name alone, of a
 * kind that is compared: of several, one could be taken for the signer and another shown.
 */
export function readIdentity({ extensions }: Certificate): SigstoreIdentity | string {
  const { emails, uris, count } = extensions.alternativeNames;
  const [identity, another] = [...emails, ...uris];
  if (identity === undefined || another !== undefined || count !== 1) {
    return `${count} alternative names, expected one address or URI`;
  }
  const [older, newer] = [extensions.others.get(ISSUER_V1), extensions.others.get(ISSUER_V2)];
  const issuers = [older?.toString("utf8"), newer === undefined ? undefined : readText(newer)];
  const [issuer, other] = new Set(issuers.filter((each) => each !== undefined));
  if (issuer === undefined || issuer === "" || other !== undefined) return "no identity provider, or two";
  return { identity, issuer };
}

/** Whether Fulcio, or something that says it is one, issued the certificate: a claim, by which a verifier is chosen. */
export function isFulcioCertificate({ extensions: { others } }: Certificate): boolean {
  return others.has(ISSUER_V1) || others.has(ISSUER_V2);
}

/** A UTF8String, in DER; empty where it is not one. */
function readText(value: Buffer): string {
  try {
    return readAll(value, (reader) => textOf(reader.element(TAG.utf8String)) ?? "");
  } catch (error) {
    if (!(error instanceof MalformedDer)) throw error;
    return "";
  }
}

/**
 * One string for an identity, by which it can be looked up. Two are the same when identity and issuer are,
 * character by character: nothing in either is a pattern, a prefix, or folded.
 */
export function identityKey({ identity, issuer }: SigstoreIdentity): string {
  return JSON.stringify([issuer, identity]);
}
