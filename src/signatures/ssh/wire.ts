/** Bytes that are not the SSH wire encoding of what was expected. */
export class MalformedWire extends Error {
  override readonly name = "MalformedWire";
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the data types of RFC 4251 section 5. Every method throws {@link MalformedWire} when the bytes
 * end early; lengths are checked before anything is sliced.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  raw(length: number): Buffer {
    if (length > this.#bytes.length - this.#offset) throw new MalformedWire("the bytes end early");
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  byte(): number {
    return this.raw(1).readUInt8();
  }

  uint32(): number {
    return this.raw(4).readUInt32BE();
  }

  uint64(): bigint {
    return this.raw(8).readBigUInt64BE();
  }

  string(): Buffer {
    return this.raw(this.uint32());
  }

  /** A string of UTF-8 without NUL: names that people chose, which OpenSSH handles as C strings. */
  utf8(): string {
    try {
      const text = utf8.decode(this.string());
      if (!text.includes("\0")) return text;
    } catch (error) {
      if (error instanceof MalformedWire) throw error;
    }
    throw new MalformedWire("a name that is not UTF-8, or has a NUL in it");
  }

  /** A string that is printable ASCII: names of algorithms, curves, namespaces and applications. */
  text(): string {
    const text = this.string().toString("latin1");
    if (!/^[ -~]*$/.test(text)) throw new MalformedWire("a name outside printable ASCII");
    return text;
  }

  /** A positive `mpint` in its shortest form, without the sign byte. */
  positive(): Buffer {
    const bytes = this.string();
    const [first = 0x80, second = 0x80] = bytes;
    if (first >= 0x80) throw new MalformedWire("an empty or negative integer");
    if (first !== 0) return bytes;
    if (bytes.length < 2 || second < 0x80) throw new MalformedWire("a zero or padded integer");
    return bytes.subarray(1);
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  get atEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  rest(): Buffer {
    return this.raw(this.#bytes.length - this.#offset);
  }

  end(): void {
    if (!this.atEnd) throw new MalformedWire("bytes after the end");
  }
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function wireString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}

/** The shortest `mpint` of an unsigned big-endian integer. */
export function wirePositive(value: Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start += 1;
  const magnitude = bytes.subarray(start);
  const needsSignByte = magnitude.length > 0 && magnitude.readUInt8() >= 0x80;
  return wireString(needsSignByte ? Buffer.concat([Buffer.of(0), magnitude]) : magnitude);
}
