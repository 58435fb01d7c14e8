import { type AlgorithmIdentifier, readAlgorithm } from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { contextTag, type DerReader, MalformedDer, readAll, TAG } from "./der.ts";
import { readOid, readSmallInteger } from "./der-values.ts";
import { parseKnownCertificate } from "./known-certificates.ts";
import { readSignerInfo, type SignerInfo } from "./signer-info.ts";

/** A detached CMS signature with its one signer. */
export interface SignedData {
  readonly certificates: readonly Certificate[];
  readonly signer: SignerInfo;
}

const SIGNED_DATA = "1.2.840.113549.1.7.2";
export const DATA = "1.2.840.113549.1.7.1";

/** By issuer and serial number, or by subject key identifier: RFC 5652 section 5.1. */
const VERSIONS: ReadonlySet<number> = new Set([1, 3]);

const MAX_DIGEST_ALGORITHMS = 8;
/** More than any real chain. */
const MAX_CERTIFICATES = 16;

/**
 * Parses `ContentInfo` around `SignedData` (RFC 5652 sections 3 and 5.1) with nothing in it that would have
 * to be chosen from: one signer, no content of its own, certificates of X.509 alone. DER, but for
 * indefinite lengths in the outer layers. Revocation lists inside are what the signer chose to send, and are
 * not looked at. Throws {@link MalformedDer}.
 */
export function parseSignedData(bytes: Uint8Array): SignedData {
  return readAll(bytes, (reader) =>
    reader.withinBer(TAG.sequence, (info) => {
      if (readOid(info) !== SIGNED_DATA) throw new MalformedDer("a CMS message that is not signed data");
      return info.withinBer(contextTag(0, "constructed"), (inner) =>
        inner.withinBer(TAG.sequence, readSignedData),
      );
    }),
  );
}

function readSignedData(reader: DerReader): SignedData {
  if (!VERSIONS.has(readSmallInteger(reader)))
    throw new MalformedDer("signed data of a version other than 1 or 3");
  const digests = reader.listOf(TAG.set, MAX_DIGEST_ALGORITHMS, readAlgorithm);
  reader.withinBer(TAG.sequence, readDetachedContent);
  const certificates = reader.nextIs(contextTag(0, "constructed"))
    ? reader.withinBer(contextTag(0, "constructed"), readCertificates)
    : [];
  reader.optional(contextTag(1, "constructed"));
  const signer = reader.withinBer(TAG.set, (inner) => {
    const only = readSignerInfo(inner);
    if (inner.nextIs(TAG.sequence)) throw new MalformedDer("several signers, expected one");
    return only;
  });
  requireDigest(digests, signer);
  return { certificates, signer };
}

/** `EncapsulatedContentInfo` without `eContent`: what is signed are the commit's own bytes. */
function readDetachedContent(reader: DerReader): void {
  if (readOid(reader) !== DATA) throw new MalformedDer("a signature over something other than data");
  if (reader.nextIs(contextTag(0, "constructed"))) {
    throw new MalformedDer("a signature that brings its own content");
  }
}

function readCertificates(reader: DerReader): Certificate[] {
  const certificates: Certificate[] = [];
  while (reader.nextIs(TAG.sequence)) {
    if (certificates.length === MAX_CERTIFICATES)
      throw new MalformedDer(`more than ${MAX_CERTIFICATES} certificates`);
    certificates.push(parseKnownCertificate(reader.any().raw));
  }
  return certificates;
}

function requireDigest(digests: readonly AlgorithmIdentifier[], { digestAlgorithm }: SignerInfo): void {
  if (!digests.some(({ oid }) => oid === digestAlgorithm.oid)) {
    throw new MalformedDer("a signer whose digest algorithm is not among those announced");
  }
}
