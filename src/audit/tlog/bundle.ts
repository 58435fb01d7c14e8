import { HASH_BYTES, type Hash, TILE_WIDTH } from "../merkle/index.ts";

/** What the two-byte length before each entry can say (https://c2sp.org/tlog-tiles). */
export const MAX_ENTRY_BYTES = 65_535;

const LENGTH_BYTES = 2;
export const MAX_BUNDLE_BYTES = TILE_WIDTH * (LENGTH_BYTES + MAX_ENTRY_BYTES);
export const MAX_TILE_BYTES = TILE_WIDTH * HASH_BYTES;

export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** Undefined unless the bytes are exactly `count` entries. */
export function parseBundle(bytes: Uint8Array, count: number): readonly Uint8Array[] | undefined {
  if (bytes.length > MAX_BUNDLE_BYTES) return undefined;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (entries.length < count && offset + LENGTH_BYTES <= view.length) {
    const start = offset + LENGTH_BYTES;
    offset = start + view.readUInt16BE(offset);
    if (offset > view.length) return undefined;
    entries.push(view.subarray(start, offset));
  }
  return entries.length === count && offset === view.length ? entries : undefined;
}

export function encodeTile(hashes: readonly Hash[]): Uint8Array {
  return Buffer.concat(hashes);
}

/** Undefined unless the bytes are exactly `width` hashes. */
export function parseTile(bytes: Uint8Array, width: number): readonly Hash[] | undefined {
  if (bytes.length !== width * HASH_BYTES) return undefined;
  return Array.from({ length: width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}
