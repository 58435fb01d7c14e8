import { expect, it } from "vitest";
import * as face from "./index.ts";

it("exports these names and no others", () => {
  expect(new Set(Object.keys(face))).toEqual(
    new Set(["checkHealthRules", "computeHealth", "summarizeHealth"]),
  );
});
