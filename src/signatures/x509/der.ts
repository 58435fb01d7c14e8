/** Bytes that are not the encoding of what was expected, or not the one that DER has for it. */
export class MalformedDer extends Error {
  override readonly name = "MalformedDer";
}

/** Identifier octets (X.690 section 8.1.2) of what CMS, certificates and CRLs are made of. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

const CONTEXT_CLASS = 0x80;
const CONSTRUCTED = 0x20;
const HIGH_TAG_NUMBER = 0x1f;
const INDEFINITE_LENGTH = 0x80;

/** `[number]` around a primitive value (IMPLICIT), or around something constructed. */
export function contextTag(number: number, form: "primitive" | "constructed"): number {
  return CONTEXT_CLASS | (form === "constructed" ? CONSTRUCTED : 0) | number;
}

export interface DerElement {
  readonly tag: number;
  readonly content: Buffer;
  /** Identifier, length and content, as they stand. */
  readonly raw: Buffer;
}

/**
 * Reads DER (X.690 section 10) element by element, as a schema asks for them: it never walks a structure on
 * its own, so nothing that is nested deeper than the schema is descended into. Lengths are definite and in
 * the shortest form, tag numbers are below 31, and every method throws {@link MalformedDer} otherwise.
 */
export class DerReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next element, whatever it is. */
  any(): DerElement {
    const start = this.#offset;
    const tag = this.#octet();
    if ((tag & HIGH_TAG_NUMBER) === HIGH_TAG_NUMBER) throw new MalformedDer("a tag number above 30");
    const content = this.#take(this.#length());
    return { tag, content, raw: this.#bytes.subarray(start, this.#offset) };
  }

  element(tag: number): DerElement {
    if (!this.nextIs(tag)) throw new MalformedDer(`expected an element with the tag 0x${tag.toString(16)}`);
    return this.any();
  }

  content(tag: number): Buffer {
    return this.element(tag).content;
  }

  /** The element if it has this tag; undefined, and nothing is consumed, if it has another. */
  optional(tag: number): DerElement | undefined {
    return this.nextIs(tag) ? this.any() : undefined;
  }

  nextIs(tag: number): boolean {
    return this.#bytes[this.#offset] === tag;
  }

  isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  end(): void {
    if (!this.isAtEnd()) throw new MalformedDer("something after the end");
  }

  /** Reads all that is inside an element. */
  within<T>(tag: number, read: (inner: DerReader) => T): T {
    return readAll(this.content(tag), read);
  }

  /** Reads every member of a SEQUENCE OF or a SET OF, of which there may be `limit`. */
  listOf<T>(tag: number, limit: number, read: (inner: DerReader) => T): T[] {
    return readAll(this.content(tag), (inner) => readList(inner, limit, read));
  }

  /**
   * Like {@link within}, and allows the indefinite length of BER, ended by two zero octets: gpgsm writes the
   * outer layers of a signature so. What is inside is read by the same rules.
   */
  withinBer<T>(tag: number, read: (inner: DerReader) => T): T {
    if (!this.nextIs(tag) || this.#bytes[this.#offset + 1] !== INDEFINITE_LENGTH)
      return this.within(tag, read);
    const inner = new DerReader(this.#bytes.subarray(this.#offset + 2));
    const value = read(inner);
    if (inner.#octet() !== 0 || inner.#octet() !== 0)
      throw new MalformedDer("contents go on after their end");
    this.#offset += 2 + inner.#offset;
    return value;
  }

  #octet(): number {
    return this.#take(1).readUInt8();
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const octets = first & 0x7f;
    // Four octets are 4 GiB; and `0x80`, an indefinite length, is not DER.
    if (octets === 0 || octets > 4) throw new MalformedDer("a length that is indefinite or too long");
    const length = this.#take(octets).readUIntBE(0, octets);
    const shortest = length < 0x80 ? 0 : Math.ceil((32 - Math.clz32(length)) / 8);
    if (octets !== shortest) throw new MalformedDer("a length that is not in its shortest form");
    return length;
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#offset) throw new MalformedDer("the bytes end early");
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}

/** Reads a value that fills the bytes exactly. */
export function readAll<T>(bytes: Uint8Array, read: (reader: DerReader) => T): T {
  const reader = new DerReader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}

export function readList<T>(reader: DerReader, limit: number, read: (reader: DerReader) => T): T[] {
  const members: T[] = [];
  while (!reader.isAtEnd()) {
    if (members.length === limit) throw new MalformedDer(`more than ${limit} members`);
    members.push(read(reader));
  }
  return members;
}
