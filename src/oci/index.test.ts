import { expect, it } from "vitest";
import * as face from "./index.ts";

it("exports these names and no others", () => {
  expect(new Set(Object.keys(face))).toEqual(
    new Set([
      "MEDIA_TYPE",
      "RegistryError",
      "SharedRegistry",
      "createRegistry",
      "directoryCache",
      "memoryCache",
      "fallbackTag",
      "formatReference",
      "formatRepository",
      "noCache",
      "parseJson",
      "parseManifest",
      "parseReference",
      "parseRepository",
      "readDockerConfig",
    ]),
  );
});
