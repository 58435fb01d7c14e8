import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha1 } from "../../src/cell/index.ts";

const plain = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** How they were made is told beside them. */
const vector = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, "../../cell/sha1/testdata", `${name}.bin`));

const asBlob = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`blob ${content.byteLength}\0`), content]);

const flipped = (bytes: Buffer, at: number): Buffer => {
  const twin = Buffer.from(bytes);
  twin[at] = (twin[at] ?? 0) ^ 1;
  return twin;
};

describe("attack 11: bytes that were crafted to have the SHA-1 of others", () => {
  test.each(["shattered", "sha-mbles"])("both halves of %s are found, and differ", (name) => {
    const [first, second] = [vector(`${name}-1`), vector(`${name}-2`)];
    expect(first.equals(second)).toBe(false);
    expect(plain(first)).toBe(plain(second));
    const [one, other] = [sha1(first), sha1(second)];
    expect([one.collision, other.collision]).toEqual([true, true]);
    expect(one.hex).not.toBe(other.hex);
  });

  test("whatever follows them, and however they are cut into parts", () => {
    const half = vector("shattered-1");
    expect(sha1(half, Buffer.alloc(200_000)).collision).toBe(true);
    for (const cut of [1, 63, 64, 65, 192, 256, 319]) {
      expect(sha1(half.subarray(0, cut), half.subarray(cut)).collision).toBe(true);
    }
  });

  test("none is found of a finding before it", () => {
    expect(sha1(vector("sha-mbles-1")).collision).toBe(true);
    expect(sha1(Buffer.from("honest"))).toEqual({ hex: plain(Buffer.from("honest")), collision: false });
  });
});

describe("what is no half of a pair", () => {
  const half = vector("shattered-1");

  test.each<[string, Buffer]>([
    ["a bit of the crafted blocks", flipped(half, 200)],
    ["a byte before them", Buffer.concat([Buffer.of(0), half])],
    ["what stands before them alone", half.subarray(0, 192)],
    ["one block of the two", half.subarray(0, 256)],
    // The pair was made for files: behind git's header the hash is in another state, and its halves are two blobs.
    ["the file as a blob", asBlob(half)],
  ])("%s", (_, content) => {
    expect(sha1(content)).toEqual({ hex: plain(content), collision: false });
  });

  test("has the SHA-1 that node:crypto gives it, in whatever parts it comes", async () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(parts, fc.nat(130_000), async (pieces, zeros) => {
        const all = [...pieces, new Uint8Array(zeros)];
        expect(sha1(...all)).toEqual({ hex: plain(Buffer.concat(all)), collision: false });
      }),
    );
  });
});
