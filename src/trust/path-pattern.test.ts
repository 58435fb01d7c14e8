import { describe, expect, it } from "vitest";
import { isEverything, matchPath, type PathPatterns, parsePathPatterns } from "./path-pattern.ts";

function patterns(...texts: readonly string[]): PathPatterns {
  const parsed = parsePathPatterns(texts);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(...texts: readonly string[]): string {
  const parsed = parsePathPatterns(texts);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

type Case = readonly [list: readonly string[], matching: readonly string[], others: readonly string[]];

describe("a list of patterns", () => {
  it.each<Case>([
    [
      ["/prod/app.yaml"],
      ["prod/app.yaml", "prod/app.yaml/x"],
      ["prod/app.yml", "x/prod/app.yaml", "Prod/app.yaml", "prod/app.yaml2"],
    ],
    [["prod/app.yaml"], ["prod/app.yaml"], ["x/prod/app.yaml"]],
    [["prod"], ["prod", "prod/a", "x/prod", "x/prod/a/b"], ["prod2", "prod2/a"]],
    [["/prod"], ["prod", "prod/a"], ["x/prod", "prod2"]],
    [["prod/"], ["prod/a", "x/prod/a"], ["prod", "x/prod"]],
    [["prod/**"], ["prod/a", "prod/a/b/c", "prod/.hidden"], ["prod", "prod2/a", "a/prod/b"]],
    [["**"], ["a", "a/b", ".git"], []],
    [["**/"], ["a/b"], ["a"]],
    [["/*"], ["a", "a/b"], []],
    [["prod/*"], ["prod/a", "prod/.a", "prod/a/b"], ["prod"]],
    [["*.yaml"], ["a.yaml", ".yaml", "x/a.yaml", "a.yaml/b"], ["a.yml", "a.yaml.txt"]],
    [["/*/secrets/**"], ["a/secrets/b"], ["secrets/b", "a/b/secrets/c", "a/secrets"]],
    [["a/**/z"], ["a/z", "a/b/z", "a/b/c/z", "a/z/y"], ["z", "b/z"]],
    [["a*b*c"], ["abc", "a-b-b-c"], ["ab/c", "abcd"]],
    [["?.yaml"], ["a.yaml"], [".yaml", "ab.yaml", "ä.yaml"]],
    [["[a-c]x"], ["ax", "cx"], ["dx", "-x", "x"]],
    [["[!a-c]x"], ["dx", "-x"], ["ax", "x"]],
    [["[]-]x"], ["]x", "-x"], ["ax"]],
    [["[[:digit:]_]x"], ["1x", "_x"], ["ax", ":x"]],
    [
      ["\\#a", "\\!b", "c\\*"],
      ["#a", "!b", "c*"],
      ["a", "b", "cd"],
    ],
    [["a\\ "], ["a "], ["a"]],
    [["päth/ümläut"], ["päth/ümläut"], ["path/umlaut", "pa\u0308th/ümläut"]],
    [["prod/**", "!prod/*.md"], ["prod/a", "prod/sub/b.md"], ["prod/b.md"]],
    [["*.md", "!*.md", "/a.md"], ["a.md"], ["b.md", "x/a.md"]],
    [["**", "!/docs/", "!/docs/**"], ["a", "x/docs/a"], ["docs/a"]],
  ])("%j", (list, matching, others) => {
    expect(matching.filter((path) => matchPath(path, patterns(...list)) !== "whole")).toEqual([]);
    expect(others.filter((path) => matchPath(path, patterns(...list)) !== "none")).toEqual([]);
  });

  it.each([
    [""],
    ["/"],
    ["//prod"],
    ["prod//a"],
    ["./prod"],
    ["prod/../other"],
    ["prod/**.yaml"],
    ["prod***"],
    ["# prod"],
    ["prod "],
    ["prod\\\\ "],
    ["prod\\"],
    ["prod\\/a"],
    ["[a"],
    ["[a/b]"],
    ["[b-a]"],
    ["[[:digit:]"],
    ["[[:letter:]]"],
    ["a\nb"],
    ["a\ufffd"],
    ["!prod/**"],
    ["prod/", "!prod/"].slice(1),
    ["**", "!docs/**"],
    ["/prod", "!/prod/a"],
    ["prod", "!x/prod/a"],
  ])("that would guard nothing is refused: %j, %j", (...list) => {
    expect(codeOf(...list.filter((text) => text !== undefined))).toBe("INVALID_RULE");
  });
});

describe("a submodule", () => {
  it.each<[list: readonly string[], path: string, expected: string]>([
    [["prod/**"], "prod/", "part"],
    [["prod/**"], "prod", "none"],
    [["prod/**"], "prod/lib/", "whole"],
    [["/prod"], "prod/", "whole"],
    [["prod/"], "prod/", "whole"],
    [["prod/secrets/*.yaml"], "prod/", "part"],
    [["prod/secrets/*.yaml"], "test/", "none"],
    [["**/x.yaml"], "lib/", "part"],
    [["a/b"], "a/c/", "none"],
    [["**"], "lib/", "whole"],
  ])("changes all that is in it: %j, %j", (list, path, expected) => {
    expect(matchPath(path, patterns(...list))).toBe(expected);
  });
});

it("knows which lists are about everything", () => {
  const everything = [["**"], ["*"], ["/*"], ["/**"], ["**/**"], ["**/*"], ["a", "**"]];
  expect(everything.filter((list) => !isEverything(patterns(...list)))).toEqual([]);
  const less = [["*/"], ["**/"], ["*/**"], ["*/*"], ["a/**"], ["**/a"], ["?*"], ["**", "!a"]];
  expect(less.filter((list) => isEverything(patterns(...list)))).toEqual([]);
});

it("a path made to be hard takes no longer than its length", () => {
  const path = `${"-".repeat(4000)}/${"a/".repeat(60)}b`;
  expect(matchPath(path, patterns("*-*-*-*-*-*.yaml", "**/a/**/a/**/a/**/a/**/c"))).toBe("none");
});
