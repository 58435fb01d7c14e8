/** Writes the wire format of protocol buffers: numbers, and everything that has a length. */
export function field(number: number, value: number | Uint8Array | string): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(8 * number), varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(8 * number + 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Buffer {
  const octets: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) octets.push((left % 128) + 0x80);
  return Buffer.from([...octets, left]);
}

/** The message of all that is given: a part that is undefined is left out. */
export function message(...fields: readonly (Buffer | undefined)[]): Buffer {
  return Buffer.concat(fields.filter((each) => each !== undefined));
}
