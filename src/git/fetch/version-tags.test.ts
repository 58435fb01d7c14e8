import { describe, expect, it } from "vitest";
import type { ListedRef } from "./listed-ref.ts";
import { highestVersion, versionsOf } from "./version-tags.ts";

/** Tags, each of a commit of its own; those after a `=` share one. */
function tags(...names: readonly string[]): ListedRef[] {
  return names.map((text) => {
    const [name = "", commit = text] = text.split("=");
    return {
      ref: `refs/tags/${name}`,
      oid: Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40),
      peeled: Buffer.from(commit).toString("hex").padEnd(40, "1").slice(0, 40),
    };
  });
}

function chosen(range: string, ...names: readonly string[]): string | undefined {
  const refs = [...tags(...names), { ref: "refs/heads/9.9.9", oid: "9".repeat(40) }];
  return highestVersion(refs, range)?.ref.slice("refs/tags/".length);
}

describe("the highest version in a range", () => {
  it.each([
    ["by number, not by letter", ">=1", ["v1.9.0", "v1.10.0", "v1.2.0"], "v1.10.0"],
    ["with and without a v", "1.x", ["v1.1.0", "1.2.0", "2.0.0"], "1.2.0"],
    ["not outside", "~1.4.0", ["1.4.1", "1.5.0"], "1.4.1"],
    ["no pre-release unless asked", ">=1.0.0", ["1.0.0", "1.1.0-rc.1"], "1.0.0"],
    [
      "a pre-release of the version that is named",
      ">=1.1.0-rc.1",
      ["1.1.0-rc.2", "1.2.0-rc.1"],
      "1.1.0-rc.2",
    ],
    ["the release after its pre-releases", ">=1.1.0-rc.1", ["1.1.0-rc.10", "1.1.0"], "1.1.0"],
    ["numbers below words in a pre-release", ">=1.1.0-a", ["1.1.0-a.9", "1.1.0-a.b"], "1.1.0-a.b"],
    ["one version under two names", "1.x", ["v1.0.0=same", "1.0.0=same"], "1.0.0"],
    ["one version in two builds of one commit", "1.x", ["1.0.0+b=same", "1.0.0+a=same"], "1.0.0+a"],
  ])("is taken %s", (_, range, names, expected) => {
    expect(chosen(range, ...names)).toBe(expected);
  });

  it.each([
    ["V1.0.0"],
    ["vv1.0.0"],
    ["v 1.0.0"],
    ["=1.0.0"],
    ["1.0"],
    ["01.0.0"],
    ["1.0.0 "],
    ["1.0.0-01"],
    ["release-1.0.0"],
    ["a/1.0.0"],
  ])("is not one that is spelled %j", (name) => {
    expect(chosen("*", name)).toBeUndefined();
    expect(chosen("*", name, "0.0.1")).toBe("0.0.1");
  });

  it("is refused where two commits have it", () => {
    for (const names of [
      ["1.0.0", "v1.0.0"],
      ["1.0.0+a", "1.0.0+b"],
      ["0.9.0", "1.0.0+a", "1.0.0"],
    ]) {
      expect(() => chosen("*", ...names)).toThrow(expect.objectContaining({ code: "AMBIGUOUS_VERSION" }));
    }
    expect(chosen("*", "1.0.0", "v1.0.0", "1.0.1")).toBe("1.0.1");
  });

  it("is the first of those that are listed", () => {
    expect(versionsOf(tags("1.0.0", "v2.0.0", "x", "1.10.0-rc.1"))).toEqual([
      "2.0.0",
      "1.10.0-rc.1",
      "1.0.0",
    ]);
  });
});
