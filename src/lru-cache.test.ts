import { expect, it } from "vitest";
import { LruCache } from "./lru-cache.ts";

it("keeps what was used last, up to its bytes", () => {
  const cache = new LruCache<number>(100);
  for (const key of ["a", "b", "c", "d"]) cache.set(key, 1, 25);
  expect(cache.get("a")).toBe(1);
  cache.set("e", 2, 25);
  expect(["a", "b", "c", "d", "e"].map((key) => cache.get(key))).toEqual([1, undefined, 1, 1, 2]);
});

it("does not empty itself for one large value", () => {
  const cache = new LruCache<number>(100);
  cache.set("a", 1, 25);
  cache.set("large", 2, 26);
  expect([cache.get("a"), cache.get("large")]).toEqual([1, undefined]);
});
