import { type AlgorithmIdentifier, readAlgorithm } from "./algorithms.ts";
import type { Certificate } from "./certificate.ts";
import { contextTag, type DerElement, type DerReader, MalformedDer, readAll, readList, TAG } from "./der.ts";
import { readInteger, readOid, readSmallInteger, readTime } from "./der-values.ts";

/** Which certificate the signer says is theirs. */
export type SignerId =
  | { readonly kind: "serial"; readonly issuer: Buffer; readonly serialNumber: Buffer }
  | { readonly kind: "key"; readonly subjectKeyId: Buffer };

/** RFC 5652 section 5.3. */
export interface SignerInfo {
  readonly id: SignerId;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly attributes: SignedAttributes;
  readonly signature: Buffer;
  /** By object identifier; anybody may have written them. */
  readonly unsignedAttributes: ReadonlyMap<string, DerElement>;
}

export interface SignedAttributes {
  /** What is signed: the attributes' own bytes under the tag of a SET, section 5.4. */
  readonly signed: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  /** Milliseconds since the epoch, as the signer claims; undefined where they did not. */
  readonly signingTime: number | undefined;
}

const ISSUER_AND_SERIAL = 1;
const SUBJECT_KEY_ID = 3;

export function readSignerInfo(reader: DerReader): SignerInfo {
  return reader.within(TAG.sequence, (inner) => {
    const id = readSignerId(readSmallInteger(inner), inner);
    const digestAlgorithm = readAlgorithm(inner);
    // Without signed attributes one signature fits two messages: the content, and the attributes of another
    // (RFC 5652 section 5.3 allows it for data; no tool that git calls makes it).
    const attributes = readSignedAttributes(inner.element(contextTag(0, "constructed")));
    const signatureAlgorithm = readAlgorithm(inner);
    const signature = inner.content(TAG.octetString);
    const unsigned = inner.optional(contextTag(1, "constructed"));
    const unsignedAttributes = unsigned === undefined ? new Map() : readAttributes(unsigned.content);
    return { id, digestAlgorithm, attributes, signatureAlgorithm, signature, unsignedAttributes };
  });
}

function readSignerId(version: number, reader: DerReader): SignerId {
  switch (version) {
    case ISSUER_AND_SERIAL:
      return reader.within(TAG.sequence, (inner) => ({
        kind: "serial",
        issuer: inner.element(TAG.sequence).raw,
        serialNumber: readInteger(inner),
      }));
    case SUBJECT_KEY_ID:
      return { kind: "key", subjectKeyId: reader.content(contextTag(0, "primitive")) };
    default:
      throw new MalformedDer("a signer of a version other than 1 or 3");
  }
}

/** Whether the certificate is the one that is named. */
export function isNamed(certificate: Certificate, id: SignerId): boolean {
  switch (id.kind) {
    case "serial":
      return certificate.issuer.raw.equals(id.issuer) && certificate.serialNumber.equals(id.serialNumber);
    case "key":
      return certificate.extensions.subjectKeyId?.equals(id.subjectKeyId) === true;
  }
}

const OID = {
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  signingTime: "1.2.840.113549.1.9.5",
} as const;

/** RFC 5652 section 11: both of the first two must be there, each attribute once, with one value. */
function readSignedAttributes({ raw, content }: DerElement): SignedAttributes {
  const attributes = readAttributes(content);
  const only = <T>(oid: string, read: (reader: DerReader) => T): T | undefined => {
    const values = attributes.get(oid);
    return values === undefined ? undefined : readAll(values.content, read);
  };
  const contentType = only(OID.contentType, readOid);
  const messageDigest = only(OID.messageDigest, (inner) => inner.content(TAG.octetString));
  if (contentType === undefined || messageDigest === undefined) {
    throw new MalformedDer("signed attributes without a content type or a message digest");
  }
  const signed = Buffer.from(raw);
  signed[0] = TAG.set;
  return { signed, contentType, messageDigest, signingTime: only(OID.signingTime, readTime) };
}

const MAX_ATTRIBUTES = 64;

/** The SET of values of each attribute; a type that is there twice is malformed. */
function readAttributes(content: Buffer): ReadonlyMap<string, DerElement> {
  const list = readAll(content, (reader) =>
    readList(reader, MAX_ATTRIBUTES, (each) =>
      each.within(TAG.sequence, (inner) => [readOid(inner), inner.element(TAG.set)] as const),
    ),
  );
  const byType = new Map(list);
  if (byType.size !== list.length) throw new MalformedDer("an attribute that is there twice");
  return byType;
}
