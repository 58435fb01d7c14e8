import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openCell, unwrap } from "../cell/tree.ts";

const cell = openCell();
afterAll(() => cell.close());

const sha1 = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** How they were made is told beside them. */
const vector = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, "../../cell/internal/sha1/testdata", name));

/** As git hashes it. */
const blob = (content: Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from(`blob ${content.byteLength}\0`), content]);

const check = async (...objects: Uint8Array[]) => unwrap(await cell.checkSha1(objects));

describe("attack 11: bytes that were crafted to have the SHA-1 of others", () => {
  test.each(["shattered", "sha-mbles"])("both halves of %s are found", async (name) => {
    const halves = await Promise.all([vector(`${name}-1.bin`), vector(`${name}-2.bin`)]);
    const [first, second] = halves;
    expect(Buffer.compare(first, second)).not.toBe(0);
    expect(sha1(first)).toBe(sha1(second));
    expect(await check(...halves)).toEqual(halves.map((half) => ({ oid: sha1(half), collision: true })));
  });

  test("the honest twin, one bit off, is not", async () => {
    const twin = await vector("shattered-1.bin");
    twin[200] = (twin[200] ?? 0) ^ 1;
    expect(await check(twin)).toEqual([{ oid: sha1(twin), collision: false }]);
  });

  test("nor is a file of the pair as a blob, whose header makes the two differ", async () => {
    const blobs = [blob(await vector("shattered-1.bin")), blob(await vector("shattered-2.bin"))];
    const answers = await check(...blobs);
    expect(answers.map(({ collision }) => collision)).toEqual([false, false]);
    expect(new Set(answers.map(({ oid }) => oid)).size).toBe(2);
  });

  test("one among many is found at its place", async () => {
    const honest = Array.from({ length: 2_500 }, (_, i) => blob(Buffer.from(`${i}\n`)));
    const crafted = await vector("sha-mbles-2.bin");
    const answers = await check(...honest.slice(0, 2_000), crafted, ...honest.slice(2_000));
    expect(answers.flatMap(({ collision }, i) => (collision ? [i] : []))).toEqual([2_000]);
    expect(answers[0]?.oid).toBe(sha1(honest[0] ?? new Uint8Array()));
  });
});
