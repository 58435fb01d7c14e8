import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { inputJsonSchemas } from "./input.ts";

describe("the published schemas of the input", () => {
  // Made by `sluice policy schema object > policies/schemas/object-input.json`, and `change` likewise.
  it.each(["object", "change"] as const)("of %s packages is the one that is committed", async (kind) => {
    const file = new URL(`../../policies/schemas/${kind}-input.json`, import.meta.url);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(inputJsonSchemas()[kind]);
  });

  it("says in OPA's way that a field may be null", () => {
    expect(JSON.stringify(inputJsonSchemas())).not.toMatch(/"type":\[/);
  });
});
