import { armorLines, decodeBase64Lines, MAX_ARMOR_CHARACTERS } from "../armor.ts";

export const SIGNATURE_LABEL = "PGP SIGNATURE";
export const PUBLIC_KEY_LABEL = "PGP PUBLIC KEY BLOCK";
export const PRIVATE_KEY_LABEL = "PGP PRIVATE KEY BLOCK";

const HEADER = /^[A-Za-z]{1,32}: .{0,512}$/;
const CHECKSUM = /^=([A-Za-z0-9+/]{4})$/;

/**
 * The bytes inside one block of ASCII armor (RFC 9580 section 6.2), or undefined where the text is
 * anything but exactly one block: headers, a blank line, base64 and, if the writer gave one, its CRC-24.
 */
export function decodeArmor(
  text: string,
  label: string,
  limit = MAX_ARMOR_CHARACTERS,
): Uint8Array | undefined {
  const lines = text.length <= limit ? armorLines(text, label) : undefined;
  const blank = lines?.indexOf("") ?? -1;
  if (lines === undefined || blank === -1) return undefined;
  if (!lines.slice(0, blank).every((line) => HEADER.test(line))) return undefined;
  const body = lines.slice(blank + 1);
  const [, checksum] = CHECKSUM.exec(body.at(-1) ?? "") ?? [];
  const bytes = decodeBase64Lines(checksum === undefined ? body : body.slice(0, -1));
  if (bytes === undefined || checksum === undefined) return bytes;
  return crc24(bytes).equals(Buffer.from(checksum, "base64")) ? bytes : undefined;
}

const CRC24_INIT = 0xb704ce;
const CRC24_GENERATOR = 0x1864cfb;

/** What the eight bits of an octet do to the checksum. */
const CRC24_TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 16;
  for (let bit = 0; bit < 8; bit += 1) {
    crc <<= 1;
    if ((crc & 0x1000000) !== 0) crc ^= CRC24_GENERATOR;
  }
  return crc;
});

/** RFC 9580 section 6.1.1. */
function crc24(bytes: Uint8Array): Buffer {
  let crc = CRC24_INIT;
  for (const byte of bytes) {
    crc = ((crc << 8) & 0xffffff) ^ (CRC24_TABLE[((crc >> 16) ^ byte) & 0xff] ?? 0);
  }
  return Buffer.of((crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff);
}
