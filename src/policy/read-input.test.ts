import { describe, expect, it } from "vitest";
import { readInput } from "./read-input.ts";

const NOW = Date.parse("2026-11-22T00:00:00Z");
const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } };
const evidence = {
  gate: { namespace: "payments", name: "payments" },
  time: "2026-01-01T00:00:00.000Z",
  parameters: { limit: 5 },
  source: { url: "u", ref: "r", revision: "v", base: null, commits: [], changedPaths: [] },
  images: {},
  imageNotices: [],
};

function read(text: string) {
  return readInput(new TextEncoder().encode(text), "input.yaml", NOW);
}

function codesOf(value: unknown): string[] {
  const result = read(JSON.stringify(value));
  return result.ok ? [] : result.refusals.map(({ code }) => code);
}

describe("readInput", () => {
  it("puts an empty change around manifests", () => {
    const result = read(
      `${JSON.stringify(object)}\n---\n{apiVersion: v1, kind: List, items: [${JSON.stringify(object)}]}`,
    );
    expect(result).toMatchObject({
      ok: true,
      value: { input: { time: "2026-11-22T00:00:00.000Z", objects: [object, object] }, parameters: {} },
    });
  });

  it.each([{ object }, { objects: [object] }])("takes a whole input document with %j", (fields) => {
    const { parameters, ...rest } = evidence;
    expect(read(JSON.stringify({ ...evidence, ...fields }))).toEqual({
      ok: true,
      value: { input: { ...rest, objects: [object] }, parameters },
    });
  });

  it("refuses what is neither", () => {
    expect(codesOf({ ...evidence, object })).toEqual([]);
    expect(codesOf({ ...evidence, object, sorce: {} })).toEqual(["INPUT_INVALID"]);
    expect(codesOf({ ...evidence, time: 5, object })).toEqual(["INPUT_INVALID"]);
    expect(codesOf({ ...evidence, object: { kind: "ConfigMap" } })).toEqual(["MISSING_FIELD"]);
    expect(codesOf({ ...evidence, objects: "x" })).toEqual(["INPUT_INVALID"]);
    expect(codesOf({ ...object, metadata: {} })).toEqual(["MISSING_FIELD"]);
    expect(codesOf({ gate: evidence.gate })).toEqual(["MISSING_FIELD"]);
  });

  it("refuses nothing at all, and what is no YAML", () => {
    expect(read("# nothing")).toMatchObject({ refusals: [{ code: "EMPTY" }] });
    expect(read("a: [")).toMatchObject({ refusals: [{ code: "MALFORMED_YAML" }] });
  });
});
