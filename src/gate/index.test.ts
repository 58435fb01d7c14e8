import { expect, it } from "vitest";
import * as face from "./index.ts";

it("exports these names and no others", () => {
  expect(new Set(Object.keys(face))).toEqual(
    new Set([
      "EVIDENCE_TYPE",
      "GateError",
      "Ledger",
      "decide",
      "judge",
      "lastAdmission",
      "prepareGate",
      "readSignatures",
      "rangeStart",
      "reconcile",
      "recordRemoval",
      "resolveTarget",
      "selectGates",
      "toEvidence",
    ]),
  );
});
