import { createHash } from "node:crypto";
import { revokeKey } from "openpgp";
import { describe, expect, it } from "vitest";
import {
  NO_AUTHORITIES,
  principalKey,
  sigstoreKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "../../test/integration/commits/authorities.ts";
import { openpgpMaterial, sshMaterial, trustMaterial } from "../../test/integration/commits/material.ts";
import { DAY, ed25519, NOW } from "../../test/integration/commits/objects.ts";
import { openpgpKey } from "../../test/integration/commits/openpgp-keys.ts";
import { PUBLIC_GOOD } from "../../test/integration/gitsign/public-good.ts";
import { blobOf, encodeCertificate, uint64 } from "../../test/integration/ssh/certificate-blob.ts";
import {
  alternativeNames,
  authority,
  issue,
  revocationList,
} from "../../test/integration/x509/builder/certificate.ts";
import type { KeyMaterial, TrustMaterial } from "../api/index.ts";
import { parseSshKeyLine, toSshKeyLine } from "../signatures/index.ts";
import { KRL_MAGIC } from "../signatures/ssh/revocation/krl.ts";
import { wireString, wireUint32 } from "../signatures/ssh/wire.ts";
import { compileTrust } from "./compile.ts";
import { judgeRecordedKey, type RecordedKey } from "./judge-recorded-key.ts";

const sshKey = ed25519();
const other = ed25519();

function fingerprint(key: typeof sshKey): string {
  const parsed = parseSshKeyLine(toSshKeyLine(key));
  if (!parsed.ok) throw new TypeError("a key that was just made");
  return parsed.value.fingerprint;
}

const recorded = { scheme: "ssh", signer: "alice", key: fingerprint(sshKey) };

/** Its code where it has lapsed, and else its state. */
async function stateOf(
  record: RecordedKey,
  keys: readonly KeyMaterial[],
  parts: Partial<TrustMaterial> = {},
): Promise<string> {
  const standing = judgeRecordedKey(record, await compileTrust(trustMaterial(keys, parts)), NOW);
  return standing.state === "lapsed" ? standing.code : standing.state;
}

/** A KRL with one section of SHA-1 fingerprints: PROTOCOL.krl of OpenSSH, section 4. */
function krlOfSha1(digest: Uint8Array): Buffer {
  const numbers = [wireUint32(1), uint64(1n), uint64(1_700_000_000n), uint64(0n)];
  const section = [Buffer.of(3), wireString(wireString(digest))];
  return Buffer.concat([KRL_MAGIC, ...numbers, wireString(""), wireString("list"), ...section]);
}

describe("an SSH key that signed once", () => {
  it("counts while the policy names it for the same person, in its window", async () => {
    expect(await stateOf(recorded, [sshMaterial(sshKey)])).toBe("counts");
    expect(await stateOf(recorded, [sshMaterial(sshKey, { validBefore: NOW + DAY })])).toBe("counts");
    expect(await stateOf(recorded, [sshMaterial(sshKey, { validBefore: NOW })])).toBe("KEY_EXPIRED");
    expect(await stateOf(recorded, [sshMaterial(sshKey, { validAfter: NOW + DAY })])).toBe(
      "KEY_NOT_YET_VALID",
    );
    expect(await stateOf(recorded, [sshMaterial(other)])).toBe("UNKNOWN_KEY");
    expect(await stateOf({ ...recorded, signer: "bob" }, [sshMaterial(sshKey)])).toBe("UNKNOWN_KEY");
  });

  it("does not where it is revoked, also where it is named still", async () => {
    const revoked = (key: typeof sshKey) => ({
      revoked: {
        sshKeys: [{ origin: "r", base64: Buffer.from(`${toSshKeyLine(key)}\n`).toString("base64") }],
      },
    });
    expect(await stateOf(recorded, [sshMaterial(sshKey)], revoked(sshKey))).toBe("KEY_REVOKED");
    expect(await stateOf(recorded, [sshMaterial(sshKey)], revoked(other))).toBe("counts");
  });

  it("does not where a list has its SHA-1 alone", async () => {
    const revoked = (key: typeof sshKey) => {
      const base64 = krlOfSha1(createHash("sha1").update(blobOf(key)).digest()).toString("base64");
      return { revoked: { sshKeys: [{ origin: "r", base64 }] } };
    };
    expect(await stateOf(recorded, [sshMaterial(sshKey)], revoked(sshKey))).toBe("KEY_REVOKED");
    expect(await stateOf(recorded, [sshMaterial(sshKey)], revoked(other))).toBe("counts");
  });

  it("is not known where it may have been in a certificate", async () => {
    const authorities = { ...NO_AUTHORITIES, sshCertificates: [sshAuthority("fleet", toSshKeyLine(other))] };
    expect(await stateOf(recorded, [principalKey("alice")], { authorities })).toBe("unknown");
  });
});

describe("an OpenPGP key that signed once", () => {
  it("counts as long as it is neither revoked nor expired nor taken out", async () => {
    const pair = await openpgpKey();
    const record = { scheme: "openpgp", signer: "alice", key: pair.publicKey.getFingerprint().toUpperCase() };
    expect(await stateOf(record, [openpgpMaterial(pair.publicKey)])).toBe("counts");
    expect(await stateOf(record, [openpgpMaterial(pair.publicKey, { validBefore: NOW })])).toBe(
      "KEY_EXPIRED",
    );
    expect(await stateOf(record, [sshMaterial(other)])).toBe("UNKNOWN_KEY");
    const date = new Date(NOW - DAY);
    const { publicKey } = await revokeKey({ key: pair.privateKey, format: "object", date });
    expect(await stateOf(record, [openpgpMaterial(publicKey)])).toBe("KEY_REVOKED");
  });
});

describe("an identity that signed once", () => {
  it("counts while the policy names it, with the same provider", async () => {
    const identity = { identity: "alice@bank.example", issuer: "https://login.bank.example" };
    const record = { scheme: "gitsign", signer: "alice", key: `${identity.identity} (${identity.issuer})` };
    const authorities = {
      ...NO_AUTHORITIES,
      sigstore: { origin: "root", text: PUBLIC_GOOD.rootJson },
    };
    expect(await stateOf(record, [sigstoreKey(identity)], { authorities })).toBe("counts");
    const elsewhere = { ...identity, issuer: "https://evil.example" };
    expect(await stateOf(record, [sigstoreKey(elsewhere)], { authorities })).toBe("UNKNOWN_KEY");
  });
});

describe("a certificate that signed once", () => {
  const bank = authority(undefined);
  const alice = issue(bank, { extensions: [alternativeNames(["email", "alice@bank.example"])] });
  const record: RecordedKey = {
    scheme: "x509",
    signer: "alice",
    key: "ab".repeat(32),
    certificates: [alice.certificate],
  };
  const authorities = (...lists: readonly Uint8Array[]) => ({
    authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank], { lists })] },
  });
  const keys = [x509Key("alice@bank.example")];

  it("counts while its authority vouches for it, and it for the person", async () => {
    expect(await stateOf(record, keys, authorities())).toBe("counts");
    expect(await stateOf(record, keys, authorities(revocationList(bank, [alice])))).toBe("KEY_REVOKED");
    expect(await stateOf(record, [x509Key("bob@bank.example")], authorities())).toBe("UNKNOWN_KEY");
    expect(await stateOf({ ...record, signer: "bob" }, keys, authorities())).toBe("UNKNOWN_KEY");
    const elsewhere = { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [authority(undefined)])] };
    expect(await stateOf(record, keys, { authorities: elsewhere })).toBe("CERTIFICATE_UNTRUSTED");
    expect(await stateOf(record, [sshMaterial(sshKey)])).toBe("UNKNOWN_KEY");
  });

  it("has expired at the time of asking, whenever it signed", async () => {
    const old = issue(bank, {
      extensions: [alternativeNames(["email", "alice@bank.example"])],
      to: NOW - DAY,
    });
    const expired: RecordedKey = { ...record, certificates: [old.certificate] };
    expect(await stateOf(expired, keys, authorities())).toBe("KEY_EXPIRED");
  });

  it("is not known where a record has no certificate", async () => {
    const bare = { scheme: "x509", signer: "alice", key: record.key };
    expect(await stateOf(bare, keys, authorities())).toBe("unknown");
    expect(await stateOf(bare, [sshMaterial(sshKey)])).toBe("UNKNOWN_KEY");
  });

  it("is not the key that it is about: an SSH key in one counts as the certificate does", async () => {
    const fleet = ed25519();
    const blob = encodeCertificate(sshKey, fleet);
    const certified: RecordedKey = { ...recorded, certificates: [blob] };
    const fleets = { ...NO_AUTHORITIES, sshCertificates: [sshAuthority("fleet", toSshKeyLine(fleet))] };
    expect(await stateOf(certified, [principalKey("alice")], { authorities: fleets })).toBe("counts");
    expect(await stateOf(certified, [principalKey("bob")], { authorities: fleets })).toBe("UNKNOWN_KEY");
    expect(await stateOf(certified, [sshMaterial(sshKey)])).toBe("UNKNOWN_KEY");
    expect(await stateOf(recorded, [sshMaterial(sshKey)])).toBe("counts");
    const cut: RecordedKey = { ...recorded, certificates: [blob.subarray(0, -1)] };
    expect(await stateOf(cut, [principalKey("alice")], { authorities: fleets })).toBe("unknown");
  });
});
