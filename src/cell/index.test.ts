import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as face from "./index.ts";
import { problemCodes } from "./problems.ts";

test("the public face", () => {
  expect(new Set(Object.keys(face))).toEqual(new Set(["Cell", "CellError", "sha1"]));
});

test("the host knows every code of the guest", async () => {
  const source = await readFile(join(import.meta.dirname, "../../cell/internal/problem/problem.go"), "utf8");
  const codes = [...source.matchAll(/Code += "([A-Z_]+)"/g)].map((match) => match[1]);
  const ofTheHost = ["BAD_PATH", "TOO_LARGE"];
  expect(new Set([...codes, ...ofTheHost])).toEqual(new Set(problemCodes));
});
