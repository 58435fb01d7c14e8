import { describe, expect, it } from "vitest";
import { openBooks } from "../../test/support/books.ts";
import { admission, denial, found } from "../../test/support/findings.ts";
import type { Decision } from "./decision.ts";
import { type RangeStart, rangeStart } from "./range-start.ts";
import { recordDecision } from "./record.ts";

const OID = "f".repeat(40);

function denialSince(base: string | undefined, digit = "a"): Decision {
  const denied = denial(digit);
  return { ...denied, source: { ...denied.source, base } };
}

async function startAfter(decisions: readonly Decision[], start: string): Promise<RangeStart> {
  await using books = await openBooks();
  for (const decision of decisions) await recordDecision(decision, books);
  return rangeStart({ start, fastForwardOnly: true }, books.ledger.historyOf(found.gate));
}

describe("where the range to verify begins", () => {
  it.each<[string, readonly Decision[], string, RangeStart]>([
    ["with the first commit", [], "root", "root"],
    ["after the commit that the policy names", [], OID, OID],
    ["where the branch stands", [], "tip", "tip"],
    ["with the first commit, also after denials", [denialSince(undefined)], "root", "root"],
    ["after the commit that the policy names, also after denials", [denialSince(OID)], OID, OID],
    ["after the last admitted commit", [admission("a"), admission("b")], "root", "b".repeat(40)],
    ["after the last admitted commit, not the one that was named", [admission("a")], OID, "a".repeat(40)],
    ["after the last admitted commit, not at the tip", [admission("a")], "tip", "a".repeat(40)],
    [
      "after the last admitted commit, not the one denied since",
      [admission("a"), denial("b")],
      "tip",
      "a".repeat(40),
    ],
  ])("%s", async (_, decisions, start, expected) => {
    expect(await startAfter(decisions, start)).toBe(expected);
  });
});

describe("the tip", () => {
  it("is decided once: a denial does not let trust begin later", async () => {
    const tip = "1".repeat(40);
    expect(await startAfter([denialSince(tip, "1")], "tip")).toBe(tip);
    expect(await startAfter([denialSince(tip, "1"), denialSince(tip, "2")], "tip")).toBe(tip);
  });

  it("is looked for where nothing was decided since it was asked for", async () => {
    expect(await startAfter([denialSince(undefined)], "tip")).toBe("tip");
  });
});
