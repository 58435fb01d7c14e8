import { contextTag, TAG } from "../../../../src/signatures/x509/der.ts";

/** One DER element around its parts. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content), content]);
}

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets = Math.ceil((32 - Math.clz32(length)) / 8);
  const bytes = Buffer.alloc(1 + octets);
  bytes.writeUInt8(0x80 | octets);
  bytes.writeUIntBE(length, 1, octets);
  return bytes;
}

/** The indefinite form of BER. */
export function ber(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x80), ...parts, Buffer.of(0, 0)]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(TAG.sequence, ...parts);
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  der(contextTag(number, "constructed"), ...parts);
export const octets = (...parts: readonly Uint8Array[]): Buffer => der(TAG.octetString, ...parts);
export const bits = (bytes: Uint8Array, unused = 0): Buffer => der(TAG.bitString, Buffer.of(unused), bytes);
export const utf8 = (text: string): Buffer => der(TAG.utf8String, Buffer.from(text));
export const TRUE = der(TAG.boolean, Buffer.of(0xff));
export const NULL = der(TAG.null);

/** A SET OF in DER: members in the order of their bytes. */
export function setOf(...members: readonly Uint8Array[]): Buffer {
  return der(TAG.set, ...members.toSorted(Buffer.compare));
}

export function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return der(TAG.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(TAG.oid, ...[40 * first + second, ...rest].map(arc));
}

function arc(value: number): Buffer {
  const septets = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128))
    septets.unshift((left % 128) | 0x80);
  return Buffer.from(septets);
}

/** To the second; `YYYYMMDDHHMMSSZ` whatever the year. */
export function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return der(TAG.generalizedTime, Buffer.from(digits));
}
