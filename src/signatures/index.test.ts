import { expect, it } from "vitest";
import * as signatures from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(Object.keys(signatures).sort()).toEqual([
    "CLOCK_SKEW_MS",
    "buildOpenpgpKeyring",
    "parseAllowedSigners",
    "parseSshKeyLine",
    "readKeyFile",
    "signSsh",
    "toSshKeyLine",
    "verifySignature",
  ]);
});
