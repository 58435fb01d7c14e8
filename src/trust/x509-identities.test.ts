import { describe, expect, it } from "vitest";
import { NO_AUTHORITIES, x509Authority, x509Key } from "../../test/integration/commits/authorities.ts";
import { type Judging, judgeObject } from "../../test/integration/commits/judge.ts";
import { addSignature, commitObject, DAY, HOUR, NOW } from "../../test/integration/commits/objects.ts";
import {
  alternativeNames,
  authority,
  type CertificateParts,
  type Issued,
  issue,
  revocationList,
} from "../../test/integration/x509/builder/certificate.ts";
import { type CmsParts, signCms } from "../../test/integration/x509/builder/cms.ts";
import type { KeyMaterial, SignerMaterial, X509AuthorityMaterial } from "../api/index.ts";

const ALICE = "alice@bank.example";
const bank = authority(undefined, { name: "bank" });
const partner = authority(undefined, { name: "partner" });

function named(issuer: Issued, emails: readonly string[], parts: CertificateParts = {}): Issued {
  return issue(issuer, {
    extensions: [alternativeNames(...emails.map((each) => ["email", each] as const))],
    ...parts,
  });
}

interface Setting extends Partial<Judging> {
  readonly signer?: Issued;
  readonly issuer?: Issued;
  readonly x509?: readonly X509AuthorityMaterial[];
  readonly at?: number;
  readonly cms?: CmsParts;
}

/** Who signed a commit, by a policy in which Alice is an address that the bank's authority certifies. */
async function judge(setting: Setting = {}): Promise<string> {
  const { issuer = bank, signer = named(issuer, [ALICE]), at = NOW - HOUR } = setting;
  const { keys = [x509Key(ALICE)], x509 = [x509Authority("bank-ca", [bank])], cms, policy, now } = setting;
  const commit = commitObject({ at });
  const signed = addSignature(commit, signCms(commit, signer, issuer, { signingTime: at, ...cms }));
  const authorities = { ...NO_AUTHORITIES, x509 };
  return judgeObject(signed, { keys, policy: { authorities, ...policy }, ...(now && { now }) });
}

describe("an address", () => {
  it("is the person whose key the policy says it is", async () => {
    expect(await judge()).toBe("verified by alice");
    expect(await judge({ signer: named(bank, ["other@bank.example", ALICE]) })).toBe("verified by alice");
  });

  it.each(["alice@bank.exampl", "alice@bank.example.evil", "Alice@bank.example", "malice@bank.example"])(
    "is compared to the letter: %s is another",
    async (email) => {
      expect(await judge({ signer: named(bank, [email]) })).toBe("PRINCIPAL_NOT_ALLOWED");
    },
  );

  it("counts where the authority certifies it that the key names, and no other", async () => {
    const x509 = [x509Authority("bank-ca", [bank]), x509Authority("partner-ca", [partner])];
    expect(await judge({ x509 })).toBe("verified by alice");
    expect(await judge({ x509, issuer: partner })).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await judge({ x509, issuer: partner, keys: [x509Key(ALICE, "partner-ca")] })).toBe(
      "verified by alice",
    );
  });

  it("is nobody's under an authority that is not in the policy", async () => {
    expect(await judge({ issuer: partner })).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("of a certificate without any is nobody's", async () => {
    expect(await judge({ signer: issue(bank) })).toBe("PRINCIPAL_NOT_ALLOWED");
  });
});

describe("a certificate for two people", () => {
  const people = (...keys: readonly KeyMaterial[]): readonly SignerMaterial[] =>
    ["alice", "bob"].map((name, index) => ({
      name,
      roles: ["developer"],
      keys: keys.slice(index, index + 1),
    }));
  const BOB = "bob@bank.example";
  const policy = { signers: people(x509Key(ALICE), x509Key(BOB)) };

  it("says of neither that they signed", async () => {
    expect(await judge({ policy, signer: named(bank, [ALICE]) })).toBe("verified by alice");
    expect(await judge({ policy, signer: named(bank, [BOB]) })).toBe("verified by bob");
    expect(await judge({ policy, signer: named(bank, [ALICE, BOB]) })).toBe("IDENTITY_MISSING");
  });

  it("is one for one person where both addresses are theirs", async () => {
    const signers = [{ name: "alice", roles: ["developer"], keys: [x509Key(ALICE), x509Key(BOB)] }];
    expect(await judge({ policy: { signers }, signer: named(bank, [ALICE, BOB]) })).toBe("verified by alice");
  });

  it("is what one root under two names makes of an address", async () => {
    const x509 = [x509Authority("bank-ca", [bank]), x509Authority("again", [bank])];
    const signers = people(x509Key(ALICE), x509Key(ALICE, "again"));
    expect(await judge({ policy: { signers }, x509 })).toBe("IDENTITY_MISSING");
  });
});

describe("windows of a key that is an address", () => {
  const within = (validAfter: number, validBefore: number) =>
    judge({ keys: [x509Key(ALICE, "bank-ca", { validAfter, validBefore })] });

  it("must be open when the commit claims to be made, and now", async () => {
    expect(await within(NOW - HOUR, NOW + 1)).toBe("verified by alice");
    expect(await within(NOW - HOUR + 1, NOW + 1)).toBe("KEY_NOT_YET_VALID");
    expect(await within(NOW - HOUR, NOW)).toBe("KEY_EXPIRED");
  });

  it("must be open when the signature says it was made", async () => {
    const keys = [x509Key(ALICE, "bank-ca", { validAfter: NOW - 2 * HOUR })];
    expect(await judge({ keys, cms: { signingTime: NOW - 2 * HOUR } })).toBe("verified by alice");
    expect(await judge({ keys, cms: { signingTime: NOW - 2 * HOUR - 1000 } })).toBe("KEY_NOT_YET_VALID");
  });
});

describe("revocation lists", () => {
  const alice = named(bank, [ALICE]);

  it("are those of the authority", async () => {
    const withLists = (...lists: readonly Uint8Array[]) =>
      judge({ signer: alice, x509: [x509Authority("bank-ca", [bank], { lists })] });
    expect(await withLists()).toBe("verified by alice");
    expect(await withLists(revocationList(bank, []))).toBe("verified by alice");
    expect(await withLists(revocationList(bank, [alice]))).toBe("KEY_REVOKED");
    expect(await withLists(revocationList(bank, [], { to: NOW - 1000 }))).toBe("REVOCATION_UNKNOWN");
  });

  it("are told of where another authority has nothing to say", async () => {
    const x509 = [
      x509Authority("partner-ca", [partner]),
      x509Authority("bank-ca", [bank], { lists: [revocationList(bank, [alice])] }),
    ];
    expect(await judge({ signer: alice, x509 })).toBe("KEY_REVOKED");
  });
});

it("intermediates of the authority complete a chain, and add no trust", async () => {
  const sub = authority(bank, { name: "sub" });
  const x509 = (...intermediates: readonly Issued[]) => [x509Authority("bank-ca", [bank], { intermediates })];
  expect(await judge({ issuer: sub, x509: x509(sub) })).toBe("verified by alice");
  expect(await judge({ issuer: sub, x509: x509() })).toBe("CERTIFICATE_UNTRUSTED");
  expect(await judge({ issuer: partner, x509: x509(partner) })).toBe("CERTIFICATE_UNTRUSTED");
});

it("a certificate that has expired lets nothing in, whatever was claimed", async () => {
  const signer = named(bank, [ALICE], { to: NOW - DAY });
  expect(await judge({ signer, at: NOW - 2 * DAY })).toBe("KEY_EXPIRED");
  expect(await judge({ signer, at: NOW - 2 * DAY, now: NOW - DAY })).toBe("verified by alice");
});
