import { contextTag, type DerReader, MalformedDer, readAll, readList, TAG } from "./der.ts";
import { readFlags, readOid, readSmallInteger, readTrue } from "./der-values.ts";
import { isAddress, printable } from "./name.ts";

/** What a certificate says of itself beside its names, its key and its time. */
export interface Extensions {
  /** Undefined for whoever is no authority. */
  readonly authority: Authority | undefined;
  /** Undefined where the certificate does not restrict its key: RFC 5280 section 4.2.1.3. */
  readonly keyUsage: ReadonlySet<number> | undefined;
  readonly extendedKeyUsage: ReadonlySet<string> | undefined;
  readonly subjectKeyId: Buffer | undefined;
  readonly authorityKeyId: Buffer | undefined;
  readonly alternativeNames: AlternativeNames;
  /** By object identifier, those that are not read here; their values are as the certificate has them. */
  readonly others: ReadonlyMap<string, Buffer>;
  /** The identifiers of those that restrict the certificate in a way that is not understood here. */
  readonly unsupported: readonly string[];
}

export interface Authority {
  /** How many intermediate authorities may follow; undefined for any number. */
  readonly pathLength: number | undefined;
}

export interface AlternativeNames {
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  /** All of them, also those of kinds that are not read here. */
  readonly count: number;
}

/** The bits of `KeyUsage` that matter here, RFC 5280 section 4.2.1.3. */
export const KEY_USAGE = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5, crlSign: 6 } as const;

const OID = {
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  alternativeNames: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  nameConstraints: "2.5.29.30",
  certificatePolicies: "2.5.29.32",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

/** Read here; and certificate policies, which restrict only whoever asks for one. */
const UNDERSTOOD: ReadonlySet<string> = new Set(
  Object.values(OID).filter((oid) => oid !== OID.nameConstraints),
);

const MAX_EXTENSIONS = 64;
const MAX_NAMES = 256;

interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Buffer;
}

/** RFC 5280 section 4.2. */
export function readExtensions(reader: DerReader): Extensions {
  const list = reader.listOf(TAG.sequence, MAX_EXTENSIONS, readExtension);
  const byOid = new Map(list.map(({ oid, value }) => [oid, value]));
  if (byOid.size !== list.length) throw new MalformedDer("an extension that is there twice");
  const parse = <T>(oid: string, read: (reader: DerReader) => T): T | undefined => {
    const value = byOid.get(oid);
    return value === undefined ? undefined : readAll(value, read);
  };
  return {
    authority: parse(OID.basicConstraints, readBasicConstraints),
    keyUsage: parse(OID.keyUsage, readFlags),
    extendedKeyUsage: parse(OID.extendedKeyUsage, readOids),
    subjectKeyId: parse(OID.subjectKeyId, (inner) => inner.content(TAG.octetString)),
    authorityKeyId: parse(OID.authorityKeyId, readAuthorityKeyId),
    alternativeNames: parse(OID.alternativeNames, readAlternativeNames) ?? { emails: [], uris: [], count: 0 },
    others: new Map(list.filter(({ oid }) => !UNDERSTOOD.has(oid)).map(({ oid, value }) => [oid, value])),
    unsupported: list.filter(isUnsupported).map(({ oid }) => oid),
  };
}

/** Name constraints are not applied here, and an authority that has them must not be treated as one without. */
function isUnsupported({ oid, isCritical }: Extension): boolean {
  return oid === OID.nameConstraints || (isCritical && !UNDERSTOOD.has(oid));
}

export function readExtension(reader: DerReader): Extension {
  return reader.within(TAG.sequence, (inner) => {
    const oid = readOid(inner);
    const isCritical = inner.nextIs(TAG.boolean);
    if (isCritical) readTrue(inner);
    return { oid, isCritical, value: inner.content(TAG.octetString) };
  });
}

function readBasicConstraints(reader: DerReader): Authority | undefined {
  return reader.within(TAG.sequence, (inner) => {
    if (!inner.nextIs(TAG.boolean)) return undefined;
    readTrue(inner);
    return { pathLength: inner.isAtEnd() ? undefined : readSmallInteger(inner) };
  });
}

function readOids(reader: DerReader): ReadonlySet<string> {
  return new Set(reader.listOf(TAG.sequence, MAX_NAMES, readOid));
}

/** `[0] keyIdentifier`; the issuer and serial number that may follow only repeat it. */
function readAuthorityKeyId(reader: DerReader): Buffer | undefined {
  return reader.within(TAG.sequence, (inner) => {
    const keyId = inner.optional(contextTag(0, "primitive"))?.content;
    readList(inner, 2, (rest) => rest.any());
    return keyId;
  });
}

const RFC822_NAME = contextTag(1, "primitive");
const URI = contextTag(6, "primitive");

function readAlternativeNames(reader: DerReader): AlternativeNames {
  const names = reader.listOf(TAG.sequence, MAX_NAMES, (inner) => inner.any());
  const texts = (tag: number, what: string): string[] =>
    names.filter((name) => name.tag === tag).map(({ content }) => printable(content, what));
  const emails = texts(RFC822_NAME, "an e-mail address");
  if (!emails.every(isAddress)) throw new MalformedDer("an e-mail address without an @");
  return { emails, uris: texts(URI, "a URI"), count: names.length };
}
