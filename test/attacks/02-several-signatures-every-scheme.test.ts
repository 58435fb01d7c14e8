import { describe, expect, it } from "vitest";
import { addSignature } from "../integration/commits/objects.ts";
import { allWays, judgeWay, unsignedCommit } from "../integration/commits/ways.ts";

/** Where there are two, a verifier may check the one and show the other. */
describe.each(await allWays())("a signature with %s", (_, way) => {
  const commit = unsignedCommit(way);

  it.each<[string, (armored: string) => string, string]>([
    ["alone", (armored) => armored, "verified by alice"],
    ["twice", (armored) => `${armored.trimEnd()}\n${armored}`, "MALFORMED_SIGNATURE"],
    ["with text behind it", (armored) => `${armored.trimEnd()}\nsigned by Alice`, "MALFORMED_SIGNATURE"],
    [
      "without its last line",
      (armored) => armored.trimEnd().split("\n").slice(0, -1).join("\n"),
      "MALFORMED_SIGNATURE",
    ],
    [
      "of nothing",
      (armored) => {
        const lines = armored.trimEnd().split("\n");
        return `${lines[0]}\n\n${lines.at(-1)}`;
      },
      "MALFORMED_SIGNATURE",
    ],
    ["with text before it", (armored) => `signed by Alice\n${armored}`, "UNSUPPORTED_SCHEME"],
  ])("%s", async (__, change, expected) => {
    const signed = addSignature(commit, change(await way.sign(commit)));
    expect(await judgeWay(way, signed)).toBe(expected);
  });
});
