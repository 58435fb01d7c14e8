import { describe, expect, it } from "vitest";
import { compileRules, ignorePaths, judgeRules } from "./rules.ts";

function rules(...list: readonly (readonly [role: string, ...paths: string[]])[]) {
  return compileRules(list.map(([role, ...paths]) => ({ paths, signedBy: { role } })));
}

const LAYERED = rules(["developer", "**"], ["releaser", "prod/**", "/keys/*"]);
const DISJOINT = rules(["developer", "test/**"], ["releaser", "prod/**"]);

describe("every rule that matches a changed path must be met", () => {
  it.each([
    ["a developer, elsewhere", ["developer"], ["docs/a", "test/b"], "passed"],
    ["a developer, in production", ["developer"], ["docs/a", "prod/b"], "ROLE_MISSING"],
    ["a releaser alone", ["releaser"], ["prod/b"], "ROLE_MISSING"],
    ["both roles", ["developer", "releaser"], ["prod/b", "keys/c", "docs/a"], "passed"],
    ["a submodule where production would be", ["developer"], ["prod/"], "ROLE_MISSING"],
    ["a role that only looks alike", ["developer", "Releaser"], ["prod/b"], "ROLE_MISSING"],
    ["no role", [], ["docs/a"], "ROLE_MISSING"],
    ["nothing changed", ["developer"], [], "passed"],
    ["nothing changed, by a releaser alone", ["releaser"], [], "ROLE_MISSING"],
  ])("%s", (_, roles, paths, expected) => {
    expect(judgeRules(LAYERED, roles, paths)?.code ?? "passed").toBe(expected);
  });
});

describe("a path that no rule matches is refused", () => {
  it.each([
    ["one that is covered", ["developer"], ["test/a"], "passed"],
    ["one that is not", ["developer", "releaser"], ["test/a", "README"], "PATH_NOT_COVERED"],
    ["the folder's own name", ["developer"], ["test"], "PATH_NOT_COVERED"],
    ["a submodule in a folder that is covered", ["developer"], ["test/lib/"], "passed"],
    ["a submodule where a folder would be", ["developer", "releaser"], ["test/"], "PATH_NOT_COVERED"],
    ["nothing changed, with one of the roles", ["releaser"], [], "passed"],
    ["nothing changed, with none of them", ["auditor"], [], "ROLE_MISSING"],
  ])("%s", (_, roles, paths, expected) => {
    expect(judgeRules(DISJOINT, roles, paths)?.code ?? "passed").toBe(expected);
  });
});

it("a path is told, but not at any length", () => {
  const path = (length: number) => `prod/${"p".repeat(length - 5)}`;
  for (const [rule, roles] of [
    [LAYERED, ["developer"]],
    [rules(["a", "x"]), ["a"]],
  ] as const) {
    expect(judgeRules(rule, roles, [path(300)])?.message).toContain(path(300));
    expect(judgeRules(rule, roles, [path(4000)])?.message.length).toBeLessThan(400);
  }
});

it("paths need not be read where every rule is about all of them", () => {
  expect(ignorePaths(rules(["a", "**"], ["b", "x", "**"]))).toBe(true);
  expect(ignorePaths(LAYERED)).toBe(false);
});

it("rules that cannot be meant are not compiled", () => {
  expect(() => compileRules([])).toThrow(expect.objectContaining({ code: "EMPTY_TRUST" }));
  expect(() => rules(["a", "**"], ["b", "/prod//a"])).toThrow(
    expect.objectContaining({ code: "INVALID_RULE" }),
  );
});
