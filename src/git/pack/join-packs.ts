import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { type IndexEntry, PackIndex } from "./index-file.ts";
import { PACK_HEADER, PACK_TRAILER } from "./pack-file.ts";

/** What the index of a new pack is made from. */
export interface NewPack {
  /** SHA-1 of the pack, in hex. */
  readonly checksum: string;
  readonly entries: readonly IndexEntry[];
}

/**
 * Writes the entries of several packs into one new file, one pack after the other. A delta names its base
 * by the distance to it, or by oid: inside the block that was its pack, both stay true. An object that
 * several packs have is there several times, which git allows. Durable when it returns.
 *
 * @param packs paths of the packs, without `.pack`
 */
export async function joinPacks(packs: readonly string[], target: string): Promise<NewPack> {
  const sources = packs.map((path) => ({ path: `${path}.pack`, index: PackIndex.read(`${path}.idx`) }));
  const entries: IndexEntry[] = [];
  const hash = createHash("sha1");
  const file = await open(target, "wx");
  try {
    let position = 0;
    const write = async (bytes: Uint8Array): Promise<void> => {
      await file.writeFile(bytes);
      hash.update(bytes);
      position += bytes.length;
    };
    await write(packHeader(sources.reduce((sum, { index }) => sum + index.count, 0)));
    for (const { path, index } of sources) {
      const shift = position - PACK_HEADER;
      for (const entry of index.entries()) entries.push({ ...entry, offset: entry.offset + shift });
      const end = (await stat(path)).size - PACK_TRAILER - 1;
      for await (const chunk of createReadStream(path, { start: PACK_HEADER, end }))
        await write(chunk as Buffer);
    }
    const checksum = hash.digest();
    await file.writeFile(checksum);
    await file.sync();
    return { checksum: checksum.toString("hex"), entries };
  } finally {
    await file.close();
  }
}

function packHeader(count: number): Buffer {
  const header = Buffer.alloc(PACK_HEADER);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(count, 8);
  return header;
}
