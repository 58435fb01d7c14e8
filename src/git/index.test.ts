import { expect, it } from "vitest";
import * as git from "./index.ts";

it("shows this much of the folder and no more", () => {
  expect(new Set(Object.keys(git))).toEqual(
    new Set([
      "APPROVAL_NOTES_REF",
      "ApprovalReader",
      "DEFAULT_GIT_LIMITS",
      "GitError",
      "SharedFetches",
      "changedPaths",
      "cloneTemporarily",
      "fetchSnapshot",
      "fetchTagsTemporarily",
      "hashObject",
      "isOid",
      "listTagRefs",
      "openRange",
      "openRepository",
      "parseOid",
      "parseTag",
      "readMergedTags",
      "readApprovalRefs",
      "readApprovals",
      "readCommit",
      "readRange",
      "readRawTag",
      "readFetched",
      "readSnapshot",
      "readTagAt",
      "readTree",
      "parseCommit",
      "splitApprovalNote",
      "streamRange",
    ]),
  );
});
