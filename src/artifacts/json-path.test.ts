import { describe, expect, it } from "vitest";
import type { JsonValue } from "../render/index.ts";
import { objectsIn, replaceAt, toPointer } from "./json-path.ts";

describe("objects in a value", () => {
  it("are all there, in the order of the text, with their paths", () => {
    const value = { a: [{ b: { c: 1 } }, 2], d: {} };
    expect([...objectsIn(value)].map(({ path }) => toPointer(path))).toEqual(["", "/a/0", "/a/0/b", "/d"]);
  });

  it("are found however deep they are", () => {
    let value: JsonValue = { found: true };
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    const found = [...objectsIn(value)];
    expect(found.map((each) => each.value)).toEqual([{ found: true }]);
  });
});

describe("a replacement", () => {
  it("changes one place in a copy and nothing else", () => {
    const original = { a: [{ image: "x" }, { image: "y" }], b: { image: "z" } };
    const copy = replaceAt(original, ["a", "1", "image"], "new");
    expect(copy).toEqual({ a: [{ image: "x" }, { image: "new" }], b: { image: "z" } });
    expect(original.a[1]?.image).toBe("y");
  });

  it("keeps a key named __proto__ a key", () => {
    const original: JsonValue = JSON.parse('{"__proto__": {"polluted": true}, "image": "x"}');
    const copy = replaceAt(original, ["image"], "new");
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":true},"image":"new"}');
    const inside = replaceAt(original, ["__proto__", "polluted"], false);
    expect(JSON.stringify(inside)).toBe('{"__proto__":{"polluted":false},"image":"x"}');
  });

  it("has nowhere to go in a value that is not there", () => {
    expect(() => replaceAt({ a: 1 }, ["a", "b"], "new")).toThrow(TypeError);
  });
});

it("writes pointers as RFC 6901 has them", () => {
  expect(toPointer(["a/b", "m~n", "0", ""])).toBe("/a~1b/m~0n/0/");
});
