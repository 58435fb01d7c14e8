import { expect, it } from "vitest";
import { mapLimited } from "./concurrency.ts";

it("keeps the order, and no more under way than the limit", async () => {
  let running = 0;
  let most = 0;
  const results = await mapLimited([5, 4, 3, 2, 1, 0], 2, async (item) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < item; turn++) await Promise.resolve();
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 40, 30, 20, 10, 0]);
  expect(most).toBe(2);
});

it("starts nothing more once something failed", async () => {
  const started: number[] = [];
  const result = mapLimited([0, 1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    await Promise.resolve();
    if (item === 0) throw new RangeError("no");
  });
  await expect(result).rejects.toThrow(RangeError);
  await new Promise(setImmediate);
  expect(started.length).toBeLessThan(6);
});

it("has nothing to do for nothing", async () => {
  expect(await mapLimited([], 2, async () => 1)).toEqual([]);
});
