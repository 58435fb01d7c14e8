import { expect, it } from "vitest";
import * as trust from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(Object.keys(trust).sort()).toEqual([
    "REMEDIES",
    "TrustError",
    "asksForPaths",
    "compileTrust",
    "trustKeyFiles",
    "verifyCommits",
    "verifySnapshot",
  ]);
});
