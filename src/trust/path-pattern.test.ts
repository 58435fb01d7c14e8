import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEverything, matchesPath, type PathPattern, parsePathPattern } from "./path-pattern.ts";

function pattern(text: string): PathPattern {
  const parsed = parsePathPattern(text);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(text: string): string {
  const parsed = parsePathPattern(text);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

describe("a pattern", () => {
  it.each([
    [
      "prod/app.yaml",
      ["prod/app.yaml"],
      ["prod/app.yml", "prod/app.yaml/x", "x/prod/app.yaml", "Prod/app.yaml"],
    ],
    ["prod/**", ["prod/a", "prod/a/b/c", "prod/.hidden"], ["prod", "prod2/a", "a/prod/b"]],
    ["**", ["a", "a/b", ".git"], []],
    ["prod/*", ["prod/a", "prod/.a"], ["prod/a/b", "prod"]],
    ["prod/*.yaml", ["prod/a.yaml", "prod/.yaml"], ["prod/a.yml", "prod/a/b.yaml", "prod/a.yaml.txt"]],
    ["*/secrets/**", ["a/secrets/b"], ["secrets/b", "a/b/secrets/c", "a/secrets"]],
    ["**/kustomization.yaml", ["kustomization.yaml", "a/b/kustomization.yaml"], ["a/kustomization.yml"]],
    ["a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a/z/y", "z"]],
    ["a/**/b/**", ["a/b/c", "a/x/b/c/d"], ["a/b", "a/x/b"]],
    ["a*b*c", ["abc", "a-b-b-c"], ["ab/c", "abcd"]],
    ["päth/ümläut", ["päth/ümläut"], ["path/umlaut"]],
  ])("%j", (text, matching, others) => {
    expect(matching.filter((path) => !matchesPath(path, pattern(text)))).toEqual([]);
    expect(others.filter((path) => matchesPath(path, pattern(text)))).toEqual([]);
  });

  it.each([
    "",
    "/prod",
    "prod/",
    "prod//a",
    "./prod",
    "prod/../other",
    "prod/**.yaml",
    "prod***",
    "{prod,test}/**",
    "prod/?",
    "prod/[ab]",
    "!prod/**",
    "prod\\**",
  ])("is not %j", (text) => {
    expect(codeOf(text)).toBe("INVALID_RULE");
  });

  it("matches itself when it has no star, and any path when it is two", () => {
    const segment = fc.string({ unit: fc.constantFrom("a", "b", ".", "-", " "), minLength: 1, maxLength: 5 });
    const path = fc.array(
      segment.filter((text) => !/^\.{1,2}$/.test(text)),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(path, path, (one, other) => {
        const [a, b] = [one.join("/"), other.join("/")];
        expect(matchesPath(b, pattern(a))).toBe(a === b);
        expect(matchesPath(a, pattern("**"))).toBe(true);
        expect(matchesPath(`${a}/${b}`, pattern(`${a}/**`))).toBe(true);
      }),
    );
  });
});

it("knows which patterns are about everything", () => {
  expect(["**", "**/**", "**/*"].filter((text) => !isEverything(pattern(text)))).toEqual([]);
  expect(["*", "*/**", "a/**", "**/a", "**/*/*"].filter((text) => isEverything(pattern(text)))).toEqual([]);
});
