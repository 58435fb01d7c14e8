import { expect, it } from "vitest";
import * as face from "./index.ts";

it("the folder's public face is this, and no more", () => {
  expect(Object.keys(face).sort((a, b) => (a < b ? -1 : 1))).toEqual([
    "RenderError",
    "canonicalJson",
    "compareText",
    "describeObject",
    "groupOf",
    "isJsonObject",
    "manifestsOf",
    "parseObjects",
    "parseYaml",
    "readLocalFolder",
    "render",
    "renderFiles",
    "toYaml",
  ]);
});
