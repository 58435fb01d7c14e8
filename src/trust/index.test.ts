import { expect, it } from "vitest";
import * as trust from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(new Set(Object.keys(trust))).toEqual(
    new Set([
      "APPROVAL_TAG_NAME",
      "REMEDIES",
      "TAG_REMEDIES",
      "TrustError",
      "asksForApprovals",
      "asksForPaths",
      "assessCommit",
      "compileTrust",
      "explainCommit",
      "formatResetMessage",
      "judgeMergedTag",
      "judgeRecordedKey",
      "judgeResets",
      "resetTagPrefix",
      "judgeTag",
      "mountSubmodules",
      "trustKeyFiles",
      "verifyCommits",
      "verifySnapshot",
    ]),
  );
});
