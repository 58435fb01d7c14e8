/** One packet of a sequence: its type, and its body's bytes. */
export interface RawPacket {
  readonly type: number;
  readonly body: Uint8Array;
  /** Where the packet begins and ends in the sequence, header included. */
  readonly start: number;
  readonly end: number;
}

export const PACKET = { signature: 2, secretKey: 5, publicKey: 6 } as const;

/**
 * Cuts a packet sequence (RFC 9580 section 4.2), or answers undefined where it is not one to its last
 * byte. Indeterminate and partial lengths are for streamed data, and never for keys and signatures.
 */
export function splitPackets(bytes: Uint8Array): RawPacket[] | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: RawPacket[] = [];
  for (let start = 0; start < view.length; ) {
    const header = readHeader(view, start);
    if (header === undefined || header.bodyLength > view.length - header.bodyStart) return undefined;
    const end = header.bodyStart + header.bodyLength;
    packets.push({ type: header.type, body: view.subarray(header.bodyStart, end), start, end });
    start = end;
  }
  return packets;
}

interface Header {
  readonly type: number;
  readonly bodyStart: number;
  readonly bodyLength: number;
}

function readHeader(view: Buffer, start: number): Header | undefined {
  const first = view.readUInt8(start);
  if ((first & 0x80) === 0) return undefined;
  return (first & 0x40) === 0 ? readLegacyHeader(view, start, first) : readOpenpgpHeader(view, start, first);
}

/** `10tttt ll`: one, two or four length octets. */
function readLegacyHeader(view: Buffer, start: number, first: number): Header | undefined {
  const size = [1, 2, 4][first & 0x03];
  if (size === undefined || start + 1 + size > view.length) return undefined;
  const bodyStart = start + 1 + size;
  return { type: (first & 0x3c) >> 2, bodyStart, bodyLength: view.readUIntBE(start + 1, size) };
}

/** `11tttttt`: lengths up to 191 in one octet, up to 8383 in two, others in five. */
function readOpenpgpHeader(view: Buffer, start: number, first: number): Header | undefined {
  const type = first & 0x3f;
  const [octet, second] = [view[start + 1], view[start + 2]];
  if (octet === undefined) return undefined;
  if (octet < 192) return { type, bodyStart: start + 2, bodyLength: octet };
  if (octet < 224 && second !== undefined) {
    return { type, bodyStart: start + 3, bodyLength: ((octet - 192) << 8) + second + 192 };
  }
  if (octet !== 255 || start + 6 > view.length) return undefined;
  return { type, bodyStart: start + 6, bodyLength: view.readUInt32BE(start + 2) };
}
