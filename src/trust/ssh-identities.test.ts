import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { NO_AUTHORITIES, principalKey, sshAuthority } from "../../test/integration/commits/authorities.ts";
import { type Judging, judgeObject } from "../../test/integration/commits/judge.ts";
import { sshMaterial, type Window } from "../../test/integration/commits/material.ts";
import { addSignature, commitObject, ed25519, HOUR, NOW } from "../../test/integration/commits/objects.ts";
import { signCertified } from "../../test/integration/ssh/authority.ts";
import { type CertificateParts, encodeCertificate } from "../../test/integration/ssh/certificate-blob.ts";
import type { SshAuthorityMaterial } from "../api/index.ts";
import { signSsh, toSshKeyLine } from "../signatures/index.ts";

const key = ed25519();
const fleet = ed25519();
const stranger = ed25519();
const CLAIMED = NOW - HOUR;

interface Setting extends Partial<Judging> {
  readonly certificate?: CertificateParts;
  readonly by?: KeyObject;
  readonly authorities?: readonly SshAuthorityMaterial[];
  readonly revoked?: readonly string[];
}

const trusted = (window: Window = {}): SshAuthorityMaterial =>
  sshAuthority("fleet", toSshKeyLine(fleet), window);

/** Who signed a commit, by a policy in which Alice is a principal of the fleet's authority. */
async function judge({ certificate, by = fleet, ...setting }: Setting = {}): Promise<string> {
  const { keys = [principalKey("alice")], authorities = [trusted()], revoked = [], policy } = setting;
  const commit = commitObject({ at: CLAIMED });
  const signed = addSignature(commit, signCertified(key, encodeCertificate(key, by, certificate), commit));
  const sshKeys = revoked.map((line) => ({
    origin: "revoked",
    base64: Buffer.from(line).toString("base64"),
  }));
  return judgeObject(signed, {
    keys,
    policy: {
      authorities: { ...NO_AUTHORITIES, sshCertificates: authorities },
      revoked: { sshKeys },
      ...policy,
    },
  });
}

const seconds = (time: number): bigint => BigInt(time / 1000);

describe("a principal", () => {
  it("is the person whose key the policy says it is", async () => {
    expect(await judge()).toBe("verified by alice");
    expect(await judge({ certificate: { principals: ["root", "alice"] } })).toBe("verified by alice");
  });

  it.each(["alic", "alice2", "Alice", "*", "ALICE"])(
    "is compared to the letter: %s is another",
    async (name) => {
      expect(await judge({ certificate: { principals: [name] } })).toBe("PRINCIPAL_NOT_ALLOWED");
    },
  );

  it("is no pattern in the policy", async () => {
    const keys = [principalKey("al*")];
    expect(await judge({ keys })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await judge({ keys, certificate: { principals: ["al*"] } })).toBe("verified by alice");
  });

  it("counts where the authority certifies it that the key names, and no other", async () => {
    const authorities = [trusted(), sshAuthority("other", toSshKeyLine(stranger))];
    expect(await judge({ authorities })).toBe("verified by alice");
    expect(await judge({ authorities, by: stranger })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await judge({ by: stranger })).toBe("UNKNOWN_AUTHORITY");
  });

  it("of two people says of neither that they signed", async () => {
    const signers = ["alice", "bob"].map((name) => ({
      name,
      roles: ["developer"],
      keys: [principalKey(name)],
    }));
    expect(await judge({ policy: { signers } })).toBe("verified by alice");
    const both = { principals: ["alice", "bob"] };
    expect(await judge({ policy: { signers }, certificate: both })).toBe("IDENTITY_MISSING");
  });

  it("is nobody's with critical options", async () => {
    const certificate: CertificateParts = { criticalOptions: [["source-address", "10.0.0.0/8"]] };
    expect(await judge({ certificate })).toBe("CERTIFICATE_RESTRICTED");
  });
});

describe("each window must be open when the commit claims to be made, and now", () => {
  it.each<[string, (window: { validAfter: number; validBefore: number }) => Setting]>([
    ["the key's", (window) => ({ keys: [principalKey("alice", "fleet", window)] })],
    ["the authority's", (window) => ({ authorities: [trusted(window)] })],
    [
      "the certificate's",
      ({ validAfter, validBefore }) => ({
        certificate: { validAfter: seconds(validAfter), validBefore: seconds(validBefore) },
      }),
    ],
  ])("%s", async (_, toSetting) => {
    const code = (validAfter: number, validBefore: number) => judge(toSetting({ validAfter, validBefore }));
    expect(await code(CLAIMED, NOW + 1000)).toBe("verified by alice");
    expect(await code(CLAIMED + 1000, NOW + 1000)).toBe("KEY_NOT_YET_VALID");
    expect(await code(CLAIMED, NOW)).toBe("KEY_EXPIRED");
  });
});

describe("a list of what is revoked", () => {
  it.each<[string, KeyObject, string]>([
    ["the key", key, "KEY_REVOKED"],
    ["the authority", fleet, "KEY_REVOKED"],
    ["another key", stranger, "verified by alice"],
  ])("with %s", async (_, revoked, expected) => {
    expect(await judge({ revoked: [toSshKeyLine(revoked)] })).toBe(expected);
  });

  it("is about keys that sign without a certificate as well", async () => {
    const commit = commitObject({ at: CLAIMED });
    const signed = addSignature(commit, signSsh(commit, key));
    const revoking = (...lines: readonly string[]) =>
      judgeObject(signed, {
        keys: [sshMaterial(key)],
        policy: {
          revoked: {
            sshKeys: lines.map((line) => ({ origin: "r", base64: Buffer.from(line).toString("base64") })),
          },
        },
      });
    expect(await revoking(toSshKeyLine(stranger))).toBe("verified by alice");
    expect(await revoking(toSshKeyLine(stranger), toSshKeyLine(key))).toBe("KEY_REVOKED");
  });
});
