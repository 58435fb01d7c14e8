import { expect, it } from "vitest";
import * as face from "./index.ts";

it("exports these names and no others", () => {
  expect(new Set(Object.keys(face))).toEqual(
    new Set([
      "API_VERSION",
      "MAX_INVENTORY_OBJECTS",
      "MAX_STATUS_OBJECTS",
      "MAX_STATUS_REASONS",
      "ResourceError",
      "findDependencyCycle",
      "gateStatusSchema",
      "idOf",
      "checkGitHost",
      "inventorySchema",
      "keyOf",
      "loadResources",
      "loadTrustPolicy",
      "namedDataOf",
      "resourcesFromObjects",
      "secretValue",
      "toCredentials",
      "toProxy",
    ]),
  );
});
