import { describe, expect, it } from "vitest";
import { MAX_OBJECTS, parseObjects } from "./objects.ts";
import type { JsonValue } from "./types.ts";

const base = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };

function parse(...values: JsonValue[]) {
  return parseObjects(values.map((value, index) => ({ value, origin: `f.yaml:${index + 1}` })));
}

function codesOf(...values: JsonValue[]): string[] {
  return parse(...values).refusals.map(({ code }) => code);
}

describe("parseObjects", () => {
  it("takes an object as it is, into one without a prototype", () => {
    const { objects, refusals } = parse({ ...base, data: { a: "1" } });
    expect(refusals).toEqual([]);
    expect(objects).toEqual([{ value: { ...base, data: { a: "1" } }, origin: "f.yaml:1" }]);
    expect(Object.getPrototypeOf(objects[0]?.value)).toBe(null);
    expect(Object.getPrototypeOf(objects[0]?.value.metadata)).toBe(null);
  });

  it.each([
    [{ metadata: { name: "a", namespace: "" } }],
    [{ metadata: { name: "a", namespace: null } }],
    [{ metadata: { name: "a", labels: null, annotations: null } }],
  ])("knows one spelling for none: %j", (fields) => {
    expect(parse({ ...base, ...fields }).objects.map(({ value }) => value)).toEqual([base]);
  });

  it.each([
    ["text", "NOT_AN_OBJECT"],
    [[base], "NOT_AN_OBJECT"],
    [{ ...base, apiVersion: null }, "MISSING_FIELD"],
    [{ ...base, apiVersion: "apps" }, "MALFORMED_FIELD"],
    [{ ...base, apiVersion: "a/b/v1" }, "MALFORMED_FIELD"],
    [{ ...base, kind: "" }, "MISSING_FIELD"],
    [{ ...base, kind: "../x" }, "MALFORMED_FIELD"],
    [{ ...base, metadata: null }, "MISSING_FIELD"],
    [{ ...base, metadata: [] }, "MALFORMED_FIELD"],
    [{ ...base, metadata: {} }, "MISSING_FIELD"],
    [{ ...base, metadata: { name: 1 } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: ".." } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a/b" } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a%2f" } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a".repeat(254) } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a", namespace: "A" } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a", namespace: ["x"] } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a", labels: { a: 1 } } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a", annotations: ["x"] } }, "MALFORMED_FIELD"],
    [{ ...base, metadata: { name: "a", generateName: "a-" } }, "GENERATED_NAME"],
    [{ ...base, metadata: { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z" } }, "BEING_DELETED"],
    [{ ...base, metadata: { name: "a", deletionGracePeriodSeconds: 0 } }, "BEING_DELETED"],
  ] satisfies [JsonValue, string][])("refuses %j: %s", (value, code) => {
    expect(codesOf(value)).toEqual([code]);
  });

  it.each(["system:node", "a".repeat(253), "kube.dns", "UPPER"])("takes the name %s", (name) => {
    expect(codesOf({ ...base, metadata: { name } })).toEqual([]);
  });

  it("one object's problem does not hide another's", () => {
    const refusals = parse("x", base, { ...base, kind: null }).refusals;
    expect(refusals.map(({ code, subject }) => [code, subject])).toEqual([
      ["NOT_AN_OBJECT", "f.yaml:1"],
      ["MISSING_FIELD", "a (f.yaml:3)"],
    ]);
  });

  it("stops at its limit", () => {
    const many = Array.from({ length: MAX_OBJECTS }, () => base);
    expect(codesOf(...many)).toEqual([]);
    expect(codesOf(...many, base)).toEqual(["TOO_MANY_OBJECTS"]);
  });
});

function list(...items: JsonValue[]): JsonValue {
  return { apiVersion: "v1", kind: "List", items };
}

describe("Lists", () => {
  it("are taken apart, Lists in Lists and typed lists too", () => {
    const named = (name: string) => ({ ...base, metadata: { name } });
    const { objects, refusals } = parse(
      list(named("a"), list(named("b"), { kind: "ConfigMapList", items: [named("c")] })),
    );
    expect(refusals).toEqual([]);
    expect(objects.map(({ value, origin }) => [value.metadata.name, origin])).toEqual([
      ["a", "f.yaml:1 items[0]"],
      ["b", "f.yaml:1 items[1] items[0]"],
      ["c", "f.yaml:1 items[1] items[1] items[0]"],
    ]);
  });

  it("four deep are taken, five are not", () => {
    expect(codesOf(list(list(list(list(base)))))).toEqual([]);
    expect(codesOf(list(list(list(list(list(base))))))).toEqual(["MALFORMED_LIST"]);
  });

  it("hide nothing under a kind that is no list", () => {
    expect(codesOf({ ...base, kind: "Harmless", items: [base] })).toEqual(["MALFORMED_LIST"]);
    expect(codesOf({ ...base, kind: "Harmless", spec: { items: [base] } })).toEqual([]);
  });

  it("have items", () => {
    expect(codesOf({ apiVersion: "v1", kind: "List" })).toEqual(["MALFORMED_LIST"]);
    expect(codesOf({ apiVersion: "v1", kind: "List", items: { a: base } })).toEqual(["MALFORMED_LIST"]);
    expect(codesOf({ ...base, kind: "AllowList", spec: {} })).toEqual([]);
  });

  it("are judged item by item", () => {
    expect(codesOf(list(base, { ...base, metadata: {} }))).toEqual(["MISSING_FIELD"]);
  });
});
