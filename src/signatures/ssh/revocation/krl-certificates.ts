import { MalformedWire, WireReader } from "../wire.ts";
import { type EntryBudget, skipExtension, UnsupportedKrl } from "./krl-parts.ts";
import type { RevokedCertificates } from "./revoked-keys.ts";
import { SerialSet } from "./serials.ts";

const Section = {
  serialList: 0x20,
  serialRange: 0x21,
  serialBitmap: 0x22,
  keyIds: 0x23,
  extension: 0x39,
} as const;

const MAX_SERIAL = 2n ** 64n - 1n;

/**
 * Reads the sub-sections about one authority's certificates, each `byte type`, `string data`, and adds to what
 * earlier sections said of the same authority.
 */
export function readRevokedCertificates(
  reader: WireReader,
  known: RevokedCertificates | undefined,
  budget: EntryBudget,
): RevokedCertificates {
  const revoked = known ?? { serials: new SerialSet(), keyIds: new Set<string>() };
  while (!reader.atEnd) {
    const type = reader.byte();
    budget.take();
    readSection(type, new WireReader(reader.string()), revoked, budget);
  }
  return revoked;
}

function readSection(
  type: number,
  reader: WireReader,
  { serials, keyIds }: RevokedCertificates,
  budget: EntryBudget,
): void {
  switch (type) {
    case Section.serialList:
      for (; !reader.atEnd; budget.take()) serials.add(readSerial(reader));
      return;
    case Section.serialRange:
      readRange(reader, serials);
      break;
    case Section.serialBitmap:
      readBitmap(reader, serials);
      break;
    case Section.keyIds:
      for (; !reader.atEnd; budget.take()) keyIds.add(reader.utf8());
      return;
    case Section.extension:
      skipExtension(reader);
      return;
    default:
      throw new UnsupportedKrl(`a section of type ${type} about certificates`);
  }
  reader.end();
}

/** OpenSSH refuses a list that revokes the serial zero: that is what certificates without one have. */
function readSerial(reader: WireReader): bigint {
  const serial = reader.uint64();
  if (serial === 0n) throw new MalformedWire("the serial zero");
  return serial;
}

function readRange(reader: WireReader, serials: SerialSet): void {
  const [first, last] = [readSerial(reader), reader.uint64()];
  if (last < first) throw new MalformedWire("a range that ends before it begins");
  serials.addRange(first, last);
}

/** `uint64 offset`, `mpint`: bit n stands for the serial offset + n. */
function readBitmap(reader: WireReader, serials: SerialSet): void {
  const offset = reader.uint64();
  const bits = reader.positive();
  const highest = BigInt(bits.length) * 8n - BigInt(Math.clz32(bits.readUInt8()) - 24) - 1n;
  if (offset + highest > MAX_SERIAL) throw new MalformedWire("a bitmap beyond the last serial");
  const lowest = bits.at(-1) ?? 0;
  if (offset === 0n && (lowest & 1) === 1) throw new MalformedWire("the serial zero");
  serials.addBitmap(offset, bits);
}
