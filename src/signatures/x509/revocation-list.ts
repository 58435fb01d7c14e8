import {
  type AlgorithmProblem,
  isSignedBy,
  readAlgorithm,
  type SignatureAlgorithm,
  signatureAlgorithmOf,
} from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { contextTag, type DerReader, MalformedDer, readAll, TAG } from "./der.ts";
import { readInteger, readOctetsOfBitString, readSmallInteger, readTime } from "./der-values.ts";
import { KEY_USAGE, readExtension } from "./extensions.ts";
import { type Name, readName } from "./name.ts";
import { problem, type X509Problem } from "./verdict.ts";

/** A complete revocation list of one issuer, about all that it issued. */
export interface RevocationList {
  readonly issuer: Name;
  /** The window is [thisUpdate, nextUpdate). */
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Serial numbers, in hexadecimal. */
  readonly revoked: ReadonlySet<string>;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm | AlgorithmProblem;
}

const VERSION_2 = 1;
const MAX_ENTRIES = 1_000_000;
const MAX_EXTENSIONS = 32;

/** Parses a list in DER (RFC 5280 section 5.1); throws {@link MalformedDer}. */
export function parseRevocationList(bytes: Uint8Array): RevocationList {
  return readAll(bytes, (reader) =>
    reader.within(TAG.sequence, (inner) => {
      const body = inner.element(TAG.sequence);
      const { signedWith, ...facts } = readAll(body.content, readBody);
      const algorithm = inner.element(TAG.sequence).raw;
      if (!algorithm.equals(signedWith))
        throw new MalformedDer("a revocation list with two signature algorithms");
      return {
        ...facts,
        signed: body.raw,
        signatureAlgorithm: signatureAlgorithmOf(readAll(algorithm, readAlgorithm)),
        signature: readOctetsOfBitString(inner),
      };
    }),
  );
}

type Body = Pick<RevocationList, "issuer" | "thisUpdate" | "nextUpdate" | "revoked"> & {
  readonly signedWith: Buffer;
};

function readBody(reader: DerReader): Body {
  // Without a version it is of version 1, which differs in having no extensions.
  if (reader.nextIs(TAG.integer) && readSmallInteger(reader) !== VERSION_2) {
    throw new MalformedDer("a revocation list of a version other than 1 or 2");
  }
  const signedWith = reader.element(TAG.sequence).raw;
  const issuer = readName(reader);
  // Section 5.1.2.5: nextUpdate must be there, and a list without an end would never be missed.
  const [thisUpdate, nextUpdate] = [readTime(reader), readTime(reader)];
  const entries = reader.nextIs(TAG.sequence) ? reader.listOf(TAG.sequence, MAX_ENTRIES, readEntry) : [];
  const extensions = contextTag(0, "constructed");
  if (reader.nextIs(extensions)) reader.within(extensions, refuseCritical);
  return { signedWith, issuer, thisUpdate, nextUpdate, revoked: new Set(entries) };
}

/** Whatever the reason and the date: who holds a revoked key may have signed at any time. */
function readEntry(reader: DerReader): string {
  return reader.within(TAG.sequence, (inner) => {
    const serialNumber = readInteger(inner).toString("hex");
    readTime(inner);
    if (!inner.isAtEnd()) refuseCritical(inner);
    return serialNumber;
  });
}

/** A critical extension makes it another kind of list: of changes, of one scope, of other issuers' certificates. */
function refuseCritical(reader: DerReader): void {
  const extensions = reader.listOf(TAG.sequence, MAX_EXTENSIONS, readExtension);
  if (extensions.some(({ isCritical }) => isCritical)) {
    throw new MalformedDer("a revocation list that is not of everything that its issuer issued");
  }
}

/**
 * Whether `issuer` has revoked the certificate. Only an issuer of whom there are lists is asked: which those
 * are is for whoever gives the lists to see to. Once there is one, it must be signed and current, and one
 * that has run out stops everything below that issuer.
 */
export function revocationProblem(
  { serialNumber, subject }: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  now: number,
): X509Problem<"KEY_REVOKED" | "REVOCATION_UNKNOWN"> | undefined {
  const named = lists.filter((list) => list.issuer.raw.equals(issuer.subject.raw));
  if (named.length === 0) return undefined;
  // Looked into first, verified then: a list can be megabytes, and is hashed each time.
  const isGenuine = (list: RevocationList): boolean => isListOf(list, issuer);
  const serial = serialNumber.toString("hex");
  if (named.filter(({ revoked }) => revoked.has(serial)).some(isGenuine)) {
    return problem("KEY_REVOKED", `the certificate of ${subject.text} is revoked`);
  }
  const current = named.filter(({ thisUpdate, nextUpdate }) => thisUpdate <= now && now < nextUpdate);
  if (current.some(isGenuine)) return undefined;
  return problem("REVOCATION_UNKNOWN", `no revocation list of ${issuer.subject.text} is genuine and current`);
}

function isListOf({ signatureAlgorithm, signed, signature }: RevocationList, issuer: Certificate): boolean {
  const { keyUsage } = issuer.extensions;
  if (keyUsage !== undefined && !keyUsage.has(KEY_USAGE.crlSign)) return false;
  if ("code" in signatureAlgorithm || "code" in issuer.key) return false;
  return isSignedBy(issuer.key, signatureAlgorithm, signed, signature);
}
