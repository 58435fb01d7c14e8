import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, manifestsOf } from "./canonical.ts";
import type { JsonValue, KubernetesObject } from "./types.ts";

function object(kind: string, namespace: string, name: string, apiVersion = "v1"): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace } };
}

describe("canonicalJson", () => {
  it("gives the example of RFC 8785, section 3.2.3", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)).toHaveLength(7);
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, text]) => text)).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it("writes numbers as RFC 8785, appendix B", () => {
    const numbers = [0, -0, 5e-324, 1.7976931348623157e308, 9007199254740992, 1e21, 333333333.3333333, 1e-7];
    expect(canonicalJson(numbers)).toBe(
      "[0,0,5e-324,1.7976931348623157e+308,9007199254740992,1e+21,333333333.3333333,1e-7]",
    );
  });

  it("refuses what has no canonical form, and takes its nearest neighbour", () => {
    expect(canonicalJson("\ud83d\ude00")).toBe('"\ud83d\ude00"');
    expect(() => canonicalJson("\ud83d")).toThrow(TypeError);
    expect(canonicalJson(Number.MAX_VALUE)).toBe("1.7976931348623157e+308");
    expect(() => canonicalJson(Number.POSITIVE_INFINITY)).toThrow(TypeError);
  });

  it("keeps a `__proto__` key as a key", () => {
    const value = Object.assign(Object.create(null), { z: 1 });
    Object.defineProperty(value, "__proto__", { value: 2, enumerable: true });
    expect(canonicalJson(value)).toBe('{"__proto__":2,"z":1}');
  });

  it("is a function of the value: what it wrote reads back, and is written the same way again", () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: "binary", maxDepth: 4 }), (text) => {
        const value: JsonValue = JSON.parse(text);
        const canonical = canonicalJson(value);
        expect(JSON.parse(canonical)).toEqual(value);
        expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      }),
    );
  });
});

describe("manifestsOf", () => {
  const objects = [
    object("Service", "b", "x"),
    object("Service", "a", "y"),
    object("Service", "a", "x"),
    object("Deployment", "z", "a", "apps/v1"),
    object("ConfigMap", "z", "a"),
  ];

  it("sorts by group, kind, namespace and name", () => {
    const sorted = manifestsOf(objects).objects.map(({ kind, metadata }) => [
      kind,
      metadata.namespace,
      metadata.name,
    ]);
    expect(sorted).toEqual([
      ["ConfigMap", "z", "a"],
      ["Service", "a", "x"],
      ["Service", "a", "y"],
      ["Service", "b", "x"],
      ["Deployment", "z", "a"],
    ]);
  });

  it("gives one digest for every order, and another for another content", () => {
    const { digest } = manifestsOf(objects);
    fc.assert(
      fc.property(fc.shuffledSubarray(objects, { minLength: objects.length }), (shuffled) => {
        expect(manifestsOf(shuffled).digest).toBe(digest);
      }),
    );
    expect(manifestsOf(objects.slice(1)).digest).not.toBe(digest);
    expect(manifestsOf([...objects.slice(1), object("Service", "b", "X")]).digest).not.toBe(digest);
  });

  it("is the SHA-256 of the lines", () => {
    // printf '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"z"}}\n' | sha256sum
    expect(manifestsOf([object("ConfigMap", "z", "a")]).digest).toBe(
      "sha256:81b30281a69c0b648b6d225f69b930bb2fb84f9cafc7484613e7c767efd5669e",
    );
  });
});
