import { expect, test } from "vitest";
import { batches } from "./batches.ts";
import { MAX_BATCH_BYTES, MAX_BATCH_FILES } from "./limits.ts";

const sizes = (...bytes: number[]) =>
  [...batches(bytes.map((size) => new Uint8Array(size)))].map((files) =>
    [...files.values()].map((item) => item.byteLength),
  );

test("what fits stays together", () => {
  expect(sizes()).toEqual([]);
  expect(sizes(0, 1, 2)).toEqual([[0, 1, 2]]);
  expect(sizes(1, MAX_BATCH_BYTES - 1)).toEqual([[1, MAX_BATCH_BYTES - 1]]);
});

test("one byte more goes into the next", () => {
  expect(sizes(1, MAX_BATCH_BYTES, 1)).toEqual([[1], [MAX_BATCH_BYTES], [1]]);
});

test("what is too large for any goes alone", () => {
  expect(sizes(MAX_BATCH_BYTES + 1, 1)).toEqual([[MAX_BATCH_BYTES + 1], [1]]);
});

test("one item more goes into the next", () => {
  const items = Array.from({ length: MAX_BATCH_FILES + 1 }, () => 0);
  expect(sizes(...items).map((batch) => batch.length)).toEqual([MAX_BATCH_FILES, 1]);
});

test("names sort as the items stand", () => {
  const [batch] = batches(Array.from({ length: MAX_BATCH_FILES }, () => new Uint8Array()));
  const names = [...(batch?.keys() ?? [])];
  expect(names).toHaveLength(MAX_BATCH_FILES);
  expect(names.toSorted()).toEqual(names);
});
