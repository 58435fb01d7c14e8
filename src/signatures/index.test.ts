import { expect, it } from "vitest";
import * as signatures from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(new Set(Object.keys(signatures))).toEqual(
    new Set([
      "CLOCK_SKEW_MS",
      "buildOpenpgpKeyring",
      "buildSshKeyring",
      "isRevoked",
      "nameSigner",
      "parseAllowedSigners",
      "parseKrl",
      "parseSshKeyLine",
      "readKeyFile",
      "readRevocations",
      "signSsh",
      "toSshKeyLine",
      "verifySignature",
    ]),
  );
});
