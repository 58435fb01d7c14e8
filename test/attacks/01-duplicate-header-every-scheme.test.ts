import { describe, expect, it } from "vitest";
import { PARENT, TREE } from "../integration/commits/objects.ts";
import { allWays, judgeWay, signedCommit } from "../integration/commits/ways.ts";

const EVIL_TREE = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

/** What the verifier of a scheme is handed must be the object's own bytes, whichever scheme it is. */
describe.each(await allWays())("a commit signed with %s", (_, way) => {
  it.each<[string, (honest: string) => string, string]>([
    ["as it is", (honest) => honest, "verified by alice"],
    ["with another tree", (honest) => honest.replace(TREE, EVIL_TREE), "BAD_SIGNATURE"],
    ["with a tree before it", (honest) => `tree ${EVIL_TREE}\n${honest}`, "MALFORMED_COMMIT"],
    [
      "with a tree behind the signature",
      (honest) => honest.replace("\n\n", `\ntree ${EVIL_TREE}\n\n`),
      "MALFORMED_COMMIT",
    ],
    [
      "with the author before the parent",
      (honest) => honest.replace(/(parent .*\n)(author .*\n)/, "$2$1"),
      "MALFORMED_COMMIT",
    ],
    ["with one word more", (honest) => `${honest}more\n`, "BAD_SIGNATURE"],
  ])("%s", async (__, change, expected) => {
    const honest = await signedCommit(way, { parents: [PARENT] });
    expect(await judgeWay(way, Buffer.from(change(honest.toString("latin1")), "latin1"))).toBe(expected);
  });
});
