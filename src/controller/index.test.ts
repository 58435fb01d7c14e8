import { expect, it } from "vitest";
import * as schedule from "./index.ts";
import * as kubernetes from "./kubernetes/index.ts";

it("shows what other folders may use, and no more", () => {
  expect(Object.keys(schedule)).toEqual(["runScheduled"]);
  expect(new Set(Object.keys(kubernetes))).toEqual(
    new Set([
      "ALONE",
      "Acts",
      "ClusterTargets",
      "Controller",
      "Reconciler",
      "Reporter",
      "campaign",
      "createLogger",
      "isWaiting",
      "monotonicClock",
    ]),
  );
});
