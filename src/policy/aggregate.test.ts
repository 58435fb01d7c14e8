import { describe, expect, it } from "vitest";
import { aggregateEntrypoint, kindsOf, withAggregates } from "./aggregate.ts";

const bytes = new TextEncoder().encode("package sluice.object.a");

describe("kindsOf", () => {
  it.each([
    [["sluice/object/a/deny"], ["object"]],
    [["sluice/change/a/warn"], ["change"]],
    [
      ["sluice/change/a/warn", "sluice/object/a/deny"],
      ["object", "change"],
    ],
    [[], []],
  ])("of %j are %j", (entrypoints, kinds) => {
    expect(kindsOf(entrypoints)).toEqual(kinds);
  });
});

describe("withAggregates", () => {
  const entrypoints = ["sluice/change/c/deny", "sluice/object/a/deny", "sluice/object/a/warn"];

  it("adds a collecting rule for each kind that there is", () => {
    const files = withAggregates(new Map([["a.rego", bytes]]), entrypoints);
    expect([...files.keys()]).toEqual(["a.rego", "sluice-object.rego", "sluice-change.rego"]);
    const text = new TextDecoder().decode(files.get("sluice-object.rego"));
    expect(text).toContain('package sluice.object["*"]');
    expect(text.match(/^deny contains/gm)).toHaveLength(2);
    expect(text).not.toContain("change");
  });

  it("replaces no file of the bundle", () => {
    const own = new Map([["sluice-object.rego", bytes]]);
    const files = withAggregates(own, ["sluice/object/a/deny"]);
    expect(files.get("sluice-object.rego")).toBe(bytes);
    expect([...files.keys()]).toEqual(["sluice-object.rego", "_sluice-object.rego"]);
  });

  it("is asked for by the names that it compiles under", () => {
    expect(aggregateEntrypoint("object")).toBe("sluice/object/*/deny");
  });
});
