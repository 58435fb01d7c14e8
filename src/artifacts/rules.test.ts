import { describe, expect, it } from "vitest";
import { generateSigningKey } from "../demo/cosign-signer.ts";
import { parseReference } from "../oci/index.ts";
import { compileArtifactRules, rulesFor } from "./rules.ts";

const cosign = { origin: "ci.pub", pem: generateSigningKey().publicKeyPem };

function compile(...patterns: string[]) {
  return compileArtifactRules([{ match: patterns, signedBy: { any: [{ cosign }] } }]);
}

function matches(pattern: string, image: string): boolean {
  const parsed = parseReference(image);
  return parsed.ok && rulesFor(compile(pattern), parsed.value.repository).length === 1;
}

describe("a pattern", () => {
  it.each([
    ["r.example/a", "r.example/a"],
    ["r.example/a", "r.example/a:v1"],
    ["r.example/**", "r.example/a"],
    ["r.example/**", "r.example/a/b/c"],
    ["r.example/a/**", "r.example/a/b"],
    ["r.example/a/**", "r.example/a/b/c"],
    ["localhost:5000/**", "localhost:5000/a"],
    ["docker.io/library/nginx", "nginx"],
    ["docker.io/**", "bitnami/redis"],
    ["docker.io/library/**", "nginx:1.29"],
    ["**", "anything/at:all"],
  ])("%s is about %s", (pattern, image) => {
    expect(matches(pattern, image)).toBe(true);
  });

  it.each([
    ["r.example/a", "r.example/ab"],
    ["r.example/a", "r.example/a/b"],
    ["r.example/a", "r.example:5000/a"],
    ["r.example/a", "r.example.evil.example/a"],
    ["r.example/a/**", "r.example/a"],
    ["r.example/a/**", "r.example/ab/c"],
    ["r.example/**", "r.example.evil/a"],
    ["r.example/**", "evil.example/r.example/a"],
    ["docker.io/library/**", "bitnami/redis"],
  ])("%s is not about %s", (pattern, image) => {
    expect(matches(pattern, image)).toBe(false);
  });

  it.each([
    ["nothing", ""],
    ["a star inside", "r.example/*/a"],
    ["a single star", "r.example/*"],
    ["a star in a name", "r.example/a*"],
    ["two stars that are not the end", "r.example/**/a"],
    ["stars without a slash", "r.example/a**"],
    ["a regular expression", "r.example/.*"],
    ["a registry that is implied", "nginx"],
    ["a registry that is implied below", "payments/**"],
    ["Docker Hub's other name", "index.docker.io/library/nginx"],
    ["a tag", "r.example/a:v1"],
    ["an upper-case host", "R.example/a"],
    ["only a slash", "/**"],
    ["white space", "r.example/a "],
  ])("is not %s", (_, pattern) => {
    expect(() => compile(pattern)).toThrow(expect.objectContaining({ code: "INVALID_PATTERN" }));
  });
});

describe("rules", () => {
  it("without a pattern or a key are no trust at all", () => {
    expect(() => compile()).toThrow(expect.objectContaining({ code: "EMPTY_TRUST" }));
    expect(() => compileArtifactRules([{ match: ["**"], signedBy: { any: [] } }])).toThrow(
      expect.objectContaining({ code: "EMPTY_TRUST" }),
    );
    expect(compile("**")).toHaveLength(1);
  });

  it("with a key that cannot be used are not compiled", () => {
    const rule = { match: ["**"], signedBy: { any: [{ cosign }, { cosign: { origin: "x", pem: "x" } }] } };
    expect(() => compileArtifactRules([rule])).toThrow(expect.objectContaining({ code: "MALFORMED_KEY" }));
  });

  it("apply together where several match", () => {
    const rules = [
      ...compile("r.example/**"),
      ...compile("r.example/a", "r.example/b"),
      ...compile("r.example/c"),
    ];
    expect(rulesFor(rules, { registry: "r.example", path: "a" })).toEqual(rules.slice(0, 2));
    expect(rulesFor(rules, { registry: "s.example", path: "a" })).toEqual([]);
  });
});
