import { expect, it } from "vitest";
import * as trust from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(new Set(Object.keys(trust))).toEqual(
    new Set([
      "REMEDIES",
      "TAG_REMEDIES",
      "TrustError",
      "asksForPaths",
      "compileTrust",
      "formatResetMessage",
      "judgeMergedTag",
      "judgeResets",
      "resetTagPrefix",
      "judgeTag",
      "trustKeyFiles",
      "verifyCommits",
      "verifySnapshot",
    ]),
  );
});
