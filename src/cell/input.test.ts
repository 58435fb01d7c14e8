import { describe, expect, test } from "vitest";
import { checkFiles, parseDirectory } from "./input.ts";
import { MAX_FILE_BYTES, MAX_FILES, MAX_INPUT_BYTES, MAX_PATH_BYTES } from "./limits.ts";

const EMPTY = new Uint8Array();
const codes = (files: [string, Uint8Array][]) => checkFiles(new Map(files)).map((problem) => problem.code);

describe("checkFiles", () => {
  test("takes what is at the limits", () => {
    const whole = new Uint8Array(MAX_FILE_BYTES);
    const many = Array.from({ length: MAX_INPUT_BYTES / MAX_FILE_BYTES }, (_, i): [string, Uint8Array] => [
      `${i}`,
      whole,
    ]);
    expect(codes(many)).toEqual([]);
    expect(codes(Array.from({ length: MAX_FILES }, (_, i) => [`${i}`, EMPTY]))).toEqual([]);
    expect(codes([["a".repeat(MAX_PATH_BYTES), EMPTY]])).toEqual([]);
  });

  test("refuses what is one beyond", () => {
    const whole = new Uint8Array(MAX_FILE_BYTES);
    const many = Array.from({ length: MAX_INPUT_BYTES / MAX_FILE_BYTES }, (_, i): [string, Uint8Array] => [
      `${i}`,
      whole,
    ]);
    expect(codes([...many, ["a", Uint8Array.of(1)]])).toEqual(["TOO_LARGE"]);
    expect(codes([["a", new Uint8Array(MAX_FILE_BYTES + 1)]])).toEqual(["TOO_LARGE"]);
    expect(codes(Array.from({ length: MAX_FILES + 1 }, (_, i) => [`${i}`, EMPTY]))).toEqual(["TOO_LARGE"]);
    expect(codes([["a".repeat(MAX_PATH_BYTES + 1), EMPTY]])).toEqual(["BAD_PATH"]);
  });

  test.each(["a", "a/b.yaml", ".hidden/a", "...", "a..b", "ä/ö"])("%s is a path", (path) => {
    expect(codes([[path, EMPTY]])).toEqual([]);
  });

  test.each(["", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\\b", "a\0"])("%j is none", (path) => {
    expect(codes([[path, EMPTY]])).toEqual(["BAD_PATH"]);
  });
});

test("a name is a file or a folder", () => {
  expect(
    codes([
      ["a", EMPTY],
      ["a/b/c", EMPTY],
    ]),
  ).toEqual(["BAD_PATH"]);
  expect(
    codes([
      ["a", EMPTY],
      ["ab/c", EMPTY],
    ]),
  ).toEqual([]);
});

describe("parseDirectory", () => {
  test.each([
    ["", "."],
    [".", "."],
    ["./", "."],
    ["prod", "prod"],
    ["./prod/", "prod"],
    ["a/b", "a/b"],
  ])("%j is %s", (spelled, dir) => {
    expect(parseDirectory(spelled)).toBe(dir);
  });

  test.each(["/", "/prod", "..", "../prod", "a/../b", "a//b", ".//", "././a"])("%j is outside", (spelled) => {
    expect(parseDirectory(spelled)).toBeUndefined();
  });
});
