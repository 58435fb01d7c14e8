/** Bytes that are not the protocol buffer message that was expected. */
export class MalformedMessage extends Error {
  override readonly name = "MalformedMessage";
}

const WIRE_VARINT = 0;
const WIRE_BYTES = 2;

/** More than any message read here has. */
const MAX_FIELDS = 128;
const MAX_VARINT_BYTES = 10;

/**
 * The fields of a message, by number; of the wire types only those that the messages here are made of.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class Message {
  readonly #numbers = new Map<number, bigint>();
  readonly #bytes = new Map<number, Buffer[]>();

  constructor(bytes: Uint8Array) {
    const reader = new Reader(bytes);
    for (let count = 0; !reader.isAtEnd(); count += 1) {
      if (count === MAX_FIELDS) throw new MalformedMessage(`more than ${MAX_FIELDS} fields`);
      this.#readField(reader);
    }
  }

  #readField(reader: Reader): void {
    const tag = Number(reader.varint());
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case WIRE_VARINT:
        if (this.#numbers.has(field)) throw new MalformedMessage(`the field ${field} is there twice`);
        this.#numbers.set(field, reader.varint());
        return;
      case WIRE_BYTES:
        this.#bytes.set(field, [...this.repeated(field), reader.bytes()]);
        return;
      default:
        throw new MalformedMessage(`the field ${field} is of a type that is not expected`);
    }
  }

  /** A number that is not negative and exact in JavaScript; 0 where it is left out, as proto3 has it. */
  count(field: number): number {
    const value = Number(this.#numbers.get(field) ?? 0n);
    if (!Number.isSafeInteger(value)) throw new MalformedMessage(`the field ${field} is out of all bounds`);
    return value;
  }

  repeated(field: number): readonly Buffer[] {
    return this.#bytes.get(field) ?? [];
  }

  optional(field: number): Buffer | undefined {
    const [only, another] = this.repeated(field);
    if (another !== undefined) throw new MalformedMessage(`the field ${field} is there twice`);
    return only;
  }

  required(field: number): Buffer {
    const value = this.optional(field);
    if (value === undefined) throw new MalformedMessage(`the field ${field} is missing`);
    return value;
  }

  message(field: number): Message {
    return new Message(this.required(field));
  }
}

class Reader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  isAtEnd(): boolean {
    return this.#offset === this.#bytes.length;
  }

  varint(): bigint {
    let value = 0n;
    for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
      const octet = this.#take(1).readUInt8();
      value |= BigInt(octet & 0x7f) << BigInt(7 * index);
      if (octet < 0x80) return value;
    }
    throw new MalformedMessage("a number that does not end");
  }

  bytes(): Buffer {
    return this.#take(Number(this.varint()));
  }

  #take(length: number): Buffer {
    if (length > this.#bytes.length - this.#offset) throw new MalformedMessage("the bytes end early");
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }
}
