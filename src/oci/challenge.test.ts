import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChallenges } from "./challenge.ts";

function parse(header: string): [string, Record<string, string>][] {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe("WWW-Authenticate", () => {
  it.each<[string, ReturnType<typeof parse>]>([
    ['Basic realm="basic-realm"', [["basic", { realm: "basic-realm" }]]],
    [
      'Bearer realm="https://auth.example/token",service="r.example",scope="repository:a/b:pull,push"',
      [
        [
          "bearer",
          { realm: "https://auth.example/token", service: "r.example", scope: "repository:a/b:pull,push" },
        ],
      ],
    ],
    ["bearer REALM=x , service = y", [["bearer", { realm: "x", service: "y" }]]],
    [
      'Basic realm="a", Bearer realm="b"',
      [
        ["basic", { realm: "a" }],
        ["bearer", { realm: "b" }],
      ],
    ],
    [
      "Negotiate, Basic realm=a",
      [
        ["negotiate", {}],
        ["basic", { realm: "a" }],
      ],
    ],
    ['Basic realm="with \\"quotes\\""', [["basic", { realm: 'with "quotes"' }]]],
    ["", []],
    ["=", []],
    ['Basic realm="open', [["basic", {}]]],
  ])("%s", (header, expected) => {
    expect(parse(header)).toEqual(expected);
  });

  it("holds nothing when it is too long to be one", () => {
    expect(parse(`Basic realm="${"x".repeat(9_000)}"`)).toEqual([]);
    expect(parse(`Basic realm="${"x".repeat(7_000)}"`)).toHaveLength(1);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 500 }), (text) => {
        expect(parse(text)).toBeInstanceOf(Array);
      }),
    );
  });
});
