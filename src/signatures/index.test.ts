import { expect, it } from "vitest";
import * as signatures from "./index.ts";

it("shows what other folders may use, and no more", () => {
  expect(new Set(Object.keys(signatures))).toEqual(
    new Set([
      "CLOCK_SKEW_MS",
      "buildOpenpgpKeyring",
      "buildSshKeyring",
      "identityKey",
      "isRevoked",
      "judgeCertificates",
      "judgeRecordedOpenpgpKey",
      "nameSigner",
      "namedBy",
      "parseAllowedSigners",
      "parseKrl",
      "parseSshKeyLine",
      "parseX509Authorities",
      "parseX509RevocationLists",
      "readKeyFile",
      "readRevocations",
      "readSigstoreRoot",
      "signSsh",
      "toSshKeyLine",
      "verifySignature",
    ]),
  );
});
