import { GitError } from "../error.ts";
import type { ObjectType, Oid } from "../oid.ts";

/** What stands before an entry's compressed data. */
export interface EntryHeader {
  readonly kind: EntryKind;
  /** Inflated size: of the object, or of the delta. */
  readonly size: number;
  /** Bytes that the header takes. */
  readonly length: number;
}

export type EntryKind =
  | { readonly delta: false; readonly type: ObjectType }
  /** The base stands this many bytes before the entry. */
  | { readonly delta: true; readonly distance: number }
  | { readonly delta: true; readonly base: Oid };

/** Size (up to 48 bits), then a distance of as many, or 20 bytes of oid. */
export const MAX_ENTRY_HEADER = 32;

const TYPES: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFS_DELTA = 6;
const REF_DELTA = 7;
const OID_BYTES = 20;
const MAX_NUMBER = 2 ** 48;

/**
 * Reads the header of a pack entry. The first byte has the type in bits 4–6 and the lowest four bits of
 * the size; bit 7 says that more of the size follows.
 * https://git-scm.com/docs/pack-format
 */
export function readEntryHeader(bytes: Uint8Array): EntryHeader {
  let position = 0;
  const next = (): number => {
    const byte = bytes[position];
    if (byte === undefined) throw corrupt("ends inside an entry's header");
    position += 1;
    return byte;
  };

  let byte = next();
  const type = (byte >> 4) & 7;
  let size = byte & 15;
  for (let factor = 16; byte >= 0x80; factor *= 128) {
    byte = next();
    size += (byte & 0x7f) * factor;
    if (size > MAX_NUMBER) throw corrupt("states a size past all bounds");
  }

  if (type === OFS_DELTA) {
    const distance = readDistance(next);
    return { kind: { delta: true, distance }, size, length: position };
  }
  if (type === REF_DELTA) {
    const base = bytes.subarray(position, position + OID_BYTES);
    if (base.length < OID_BYTES) throw corrupt("ends inside an entry's header");
    return {
      kind: { delta: true, base: Buffer.from(base).toString("hex") },
      size,
      length: position + OID_BYTES,
    };
  }
  const plain = TYPES[type];
  if (plain === undefined) throw corrupt(`has an entry of the unknown type ${type}`);
  return { kind: { delta: false, type: plain }, size, length: position };
}

/** Seven bits a byte, the highest first; each byte but the last adds one: no number has two spellings. */
function readDistance(next: () => number): number {
  let byte = next();
  let value = byte & 0x7f;
  while (byte >= 0x80) {
    byte = next();
    value = (value + 1) * 128 + (byte & 0x7f);
    if (value > MAX_NUMBER) throw corrupt("states a distance past all bounds");
  }
  if (value === 0) throw corrupt("has a delta that is its own base");
  return value;
}

function corrupt(found: string): GitError {
  return new GitError("PACK_CORRUPT", `a pack is damaged: it ${found}`);
}
