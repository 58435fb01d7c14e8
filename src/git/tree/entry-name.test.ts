import { describe, expect, it } from "vitest";
import { collisionKey, findNameProblem } from "./entry-name.ts";

describe("a name in a tree", () => {
  it.each([
    "app.yaml",
    ".gitignore",
    ".github",
    "git",
    ".git2",
    "git~2",
    "a..b",
    "...",
    "naïve.yaml",
    "a:b",
    "a b",
    "~",
  ])("is let in: %j", (name) => {
    expect(findNameProblem(Buffer.from(name))).toBeUndefined();
  });

  it.each([
    ".",
    "..",
    ".git",
    ".GIT",
    ".Git",
    ".git.",
    ".git ",
    ".git . .",
    ".git::$INDEX_ALLOCATION",
    ".git:stream",
    "git~1",
    "GIT~1",
    "git~1.",
    ".g\u200cit",
    "\ufeff.git",
    ".gi\u200dt\u202e",
    "a\\b",
    "..\\secret",
    "a\nb",
    "a\u0000b",
    "a\u007f",
  ])("is refused: %j", (name) => {
    expect(findNameProblem(Buffer.from(name))).toEqual(expect.any(String));
  });

  it("is refused where its bytes are not UTF-8", () => {
    expect(findNameProblem(Buffer.from("é", "utf8"))).toBeUndefined();
    expect(findNameProblem(Buffer.from("é", "latin1"))).toEqual(expect.any(String));
    expect(findNameProblem(Buffer.from([0x2e, 0xc0, 0xae]))).toEqual(expect.any(String));
  });
});

describe("names that are one file somewhere", () => {
  it.each([
    ["Foo", "foo"],
    ["é", "e\u0301"],
    ["straße", "STRASSE"],
    ["a\u200db", "ab"],
  ])("%j and %j", (a, b) => {
    expect(collisionKey(a)).toBe(collisionKey(b));
  });

  it("others are not", () => {
    expect(new Set(["foo", "fo0", "foo.", "e", "é"].map(collisionKey)).size).toBe(5);
  });
});
