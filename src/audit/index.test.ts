import { expect, it } from "vitest";
import * as face from "./index.ts";

it("exports these names and no others", () => {
  expect(new Set(Object.keys(face))).toEqual(
    new Set([
      "AuditError",
      "AuditLog",
      "AuditLogView",
      "DirectoryFiles",
      "DirectoryStore",
      "MemoryStore",
      "anchorAt",
      "createSigner",
      "exportLog",
      "formatVerifierKey",
      "keyId",
      "openCheckpoint",
      "parseEntry",
      "parsePublicKey",
      "parseSigner",
      "parseTrustedKey",
      "parseVerifierKey",
      "publicKeyPem",
      "readEntries",
      "readOwnKey",
      "requireEvidence",
      "sealDecision",
      "sealOutcome",
      "verifierKey",
      "verifyEntry",
      "verifyLog",
    ]),
  );
});
