import { createHash } from "node:crypto";
import type { IndexEntry } from "./index-file.ts";

const MAGIC_AND_VERSION = "ff744f6300000002";

/**
 * The bytes of a pack's index, version 2, as `PackIndex` reads them. Offsets are 31 bits: packs are kept
 * under 2 GiB by their limit.
 */
export function toIndexFile(entries: readonly IndexEntry[], packChecksum: string): Buffer {
  const sorted = entries.toSorted((a, b) => (a.oid < b.oid ? -1 : 1));
  const fanout = Buffer.alloc(256 * 4);
  const names = Buffer.alloc(sorted.length * 20);
  const checks = Buffer.alloc(sorted.length * 4);
  const offsets = Buffer.alloc(sorted.length * 4);
  const counts = new Array<number>(256).fill(0);
  for (const [index, { oid, crc32, offset }] of sorted.entries()) {
    names.write(oid, index * 20, "hex");
    checks.writeUInt32BE(crc32, index * 4);
    if (offset >= 2 ** 31) throw new RangeError("an offset that does not fit into 31 bits");
    offsets.writeUInt32BE(offset, index * 4);
    const first = names[index * 20] ?? 0;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let total = 0;
  for (const [first, count] of counts.entries()) {
    total += count;
    fanout.writeUInt32BE(total, first * 4);
  }
  const content = Buffer.concat([
    Buffer.from(MAGIC_AND_VERSION, "hex"),
    fanout,
    names,
    checks,
    offsets,
    Buffer.from(packChecksum, "hex"),
  ]);
  return Buffer.concat([content, createHash("sha1").update(content).digest()]);
}
