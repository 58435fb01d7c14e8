import { type DerElement, type DerReader, MalformedDer, TAG } from "./der.ts";

/** An object identifier in dotted form. */
export function readOid(reader: DerReader): string {
  return decodeOid(reader.content(TAG.oid));
}

/** More than any identifier in use; the arcs of one are bounded besides. */
const MAX_OID_BYTES = 64;
const MAX_ARC = 2 ** 40;

/** X.690 section 8.19. */
function decodeOid(content: Buffer): string {
  if (content.length === 0 || content.length > MAX_OID_BYTES)
    throw new MalformedDer("an OID of no or many bytes");
  const arcs: number[] = [];
  let arc = 0;
  let isInside = false;
  for (const octet of content) {
    if (!isInside && octet === 0x80) throw new MalformedDer("an OID with a padded arc");
    arc = arc * 128 + (octet & 0x7f);
    if (arc > MAX_ARC) throw new MalformedDer("an OID with an arc out of all bounds");
    isInside = (octet & 0x80) !== 0;
    if (isInside) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (isInside) throw new MalformedDer("an OID that ends early");
  const [first = 0, ...others] = arcs;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - 40 * root, ...others].join(".");
}

/** The content octets of an INTEGER in its shortest form; may be negative. */
export function readInteger(reader: DerReader): Buffer {
  const content = reader.content(TAG.integer);
  const [first = 0, second = 0] = content;
  const isPadded = (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80);
  if (content.length === 0 || (content.length > 1 && isPadded)) {
    throw new MalformedDer("an integer that is not in its shortest form");
  }
  return content;
}

/** A version, a path length, a salt length: no such number is large. */
export function readSmallInteger(reader: DerReader): number {
  const content = readInteger(reader);
  if (content.length > 2 || content.readUInt8() >= 0x80) throw new MalformedDer("a number out of all bounds");
  return content.readUIntBE(0, content.length);
}

/** X.690 section 11.1: TRUE is 0xff. */
export function readTrue(reader: DerReader): void {
  const content = reader.content(TAG.boolean);
  if (content.length !== 1 || content.readUInt8() !== 0xff) {
    throw new MalformedDer("a boolean other than TRUE, where FALSE is the default");
  }
}

/** A BIT STRING of whole octets, as signatures and keys are. */
export function readOctetsOfBitString(reader: DerReader): Buffer {
  const content = reader.content(TAG.bitString);
  if (content[0] !== 0) throw new MalformedDer("a bit string that is not of whole octets");
  return content.subarray(1);
}

/** A BIT STRING of named flags; bit 0 is the first. X.690 section 11.2.2: no trailing zero bits. */
export function readFlags(reader: DerReader): ReadonlySet<number> {
  const content = reader.content(TAG.bitString);
  const [unused = 8, ...octets] = content;
  const last = octets.at(-1) ?? 0;
  const isCanonical = octets.length === 0 ? unused === 0 : unused < 8 && (last & -last) === 1 << unused;
  if (!isCanonical || octets.length > 4) throw new MalformedDer("flags that are not in their shortest form");
  return new Set(
    octets.flatMap((octet, index) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (octet & (0x80 >> bit)) !== 0).map((bit) => 8 * index + bit),
    ),
  );
}

const UTC_TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** RFC 5280 section 4.1.2.5: UTCTime or GeneralizedTime, in UTC, to the second. Milliseconds since the epoch. */
export function readTime(reader: DerReader): number {
  const { tag, content } = reader.any();
  const text = content.toString("latin1");
  const [matched, year = "", ...rest] = (tag === TAG.utcTime ? UTC_TIME : GENERALIZED_TIME).exec(text) ?? [];
  if ((tag !== TAG.utcTime && tag !== TAG.generalizedTime) || matched === undefined) {
    throw new MalformedDer("a time that is not in UTC to the second");
  }
  const [month, day, hour, minute, second] = rest;
  const century = tag === TAG.generalizedTime ? "" : Number(year) < 50 ? "20" : "19";
  const written = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const instant = Date.parse(written);
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== written) {
    throw new MalformedDer("a time that no calendar has");
  }
  return instant;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a DirectoryString or an IA5String; undefined where the tag is another's, or the bytes do not fit. */
export function textOf({ tag, content }: DerElement): string | undefined {
  switch (tag) {
    case TAG.printableString:
    case TAG.ia5String:
      return content.every((octet) => octet < 0x80) ? content.toString("latin1") : undefined;
    case TAG.teletexString:
      return content.toString("latin1");
    case TAG.bmpString:
      return content.length % 2 === 0 ? Buffer.from(content).swap16().toString("utf16le") : undefined;
    case TAG.utf8String:
      try {
        return utf8.decode(content);
      } catch {
        return undefined;
      }
    default:
      return undefined;
  }
}
