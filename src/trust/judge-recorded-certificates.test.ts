import { describe, expect, it } from "vitest";
import { NO_AUTHORITIES, x509Authority, x509Key } from "../../test/integration/commits/authorities.ts";
import { trustMaterial } from "../../test/integration/commits/material.ts";
import { DAY, NOW } from "../../test/integration/commits/objects.ts";
import {
  alternativeNames,
  authority,
  type CertificateParts,
  type Issued,
  issue,
  revocationList,
} from "../../test/integration/x509/builder/certificate.ts";
import { signCms } from "../../test/integration/x509/builder/cms.ts";
import { type Judging, judge, PAYLOAD } from "../../test/integration/x509/judge.ts";
import type { TrustMaterial, X509AuthorityMaterial } from "../api/index.ts";
import { compileTrust } from "./compile.ts";
import { judgeRecordedKey } from "./judge-recorded-key.ts";

const ALICE = alternativeNames(["email", "alice@bank.example"]);
const EXPIRED = { to: NOW - DAY };
const OUT_OF_DATE = { from: NOW - 2 * DAY, to: NOW - DAY };

const bank = authority(undefined);
const sub = authority(bank, { name: "sub" });

function alice(issuer: Issued, parts: CertificateParts = {}): Issued {
  return issue(issuer, { extensions: [ALICE], ...parts });
}

function bankWith(...lists: readonly Uint8Array[]): X509AuthorityMaterial {
  return x509Authority("bank-ca", [bank], { lists });
}

/** Its code where the first certificate, which came with the others, has lapsed, and else its state. */
async function stateOf(
  [signer, ...others]: readonly [Uint8Array, ...Uint8Array[]],
  x509: readonly X509AuthorityMaterial[],
  signers: TrustMaterial["signers"] = people("alice"),
): Promise<string> {
  const authorities = { ...NO_AUTHORITIES, x509 };
  const trust = await compileTrust(trustMaterial([], { authorities, signers }));
  const record = { scheme: "x509", signer: "alice", key: "ab".repeat(32) };
  const standing = judgeRecordedKey({ ...record, certificates: [signer, ...others] }, trust, NOW);
  return standing.state === "lapsed" ? standing.code : standing.state;
}

/** Each may be named by any authority that the tests have. */
function people(...names: readonly string[]): TrustMaterial["signers"] {
  return names.map((name) => ({
    name,
    roles: ["developer"],
    keys: [x509Key(`${name}@bank.example`)],
  }));
}

describe("a recorded certificate that has expired", () => {
  it("is revoked where it is both", async () => {
    const [old, other] = [alice(bank, EXPIRED), alice(bank)];
    expect(await stateOf([old.certificate], [bankWith(revocationList(bank, [old]))])).toBe("KEY_REVOKED");
    expect(await stateOf([old.certificate], [bankWith(revocationList(bank, [other]))])).toBe("KEY_EXPIRED");
    expect(await stateOf([other.certificate], [bankWith(revocationList(bank, [old]))])).toBe("counts");
  });

  it("is revoked where the authority between is", async () => {
    const chain = [alice(sub, EXPIRED).certificate, sub.certificate] as const;
    expect(await stateOf(chain, [bankWith(revocationList(bank, [sub]))])).toBe("KEY_REVOKED");
    expect(await stateOf(chain, [bankWith(revocationList(bank, []))])).toBe("KEY_EXPIRED");
  });

  it("is not known where the list is out of date", async () => {
    const old = alice(bank, EXPIRED);
    const stale = revocationList(bank, [], OUT_OF_DATE);
    expect(await stateOf([old.certificate], [bankWith(stale)])).toBe("unknown");
    expect(await stateOf([old.certificate], [bankWith(stale, revocationList(bank, []))])).toBe("KEY_EXPIRED");
  });

  it("is what the authorities that know most say, in whichever order they are", async () => {
    const old = alice(bank, EXPIRED);
    const silent = x509Authority("other-ca", [bank]);
    const knowing = bankWith(revocationList(bank, [old]));
    expect(await stateOf([old.certificate], [silent, knowing])).toBe("KEY_REVOKED");
    expect(await stateOf([old.certificate], [knowing, silent])).toBe("KEY_REVOKED");
    expect(await stateOf([old.certificate], [silent, bankWith()])).toBe("KEY_EXPIRED");
  });
});

it("an authority that is revoked keeps no lists, and that is not what hides it", async () => {
  const chain = [alice(sub).certificate, sub.certificate] as const;
  const stale = revocationList(sub, [], OUT_OF_DATE);
  expect(await stateOf(chain, [bankWith(stale, revocationList(bank, [sub]))])).toBe("KEY_REVOKED");
  expect(await stateOf(chain, [bankWith(stale, revocationList(bank, []))])).toBe("unknown");
});

it("an authority that did not issue the certificate has no say, revoked or not", async () => {
  const impostor = authority(bank, { name: "sub" });
  const chain = [alice(sub, EXPIRED).certificate, impostor.certificate] as const;
  const lists = bankWith(revocationList(bank, [impostor]));
  expect(await stateOf(chain, [lists])).toBe("CERTIFICATE_UNTRUSTED");
  expect(await stateOf([...chain, sub.certificate], [lists])).toBe("KEY_EXPIRED");
});

it("a certificate for two people of the policy is no one's", async () => {
  const both = alternativeNames(["email", "alice@bank.example"], ["email", "bob@bank.example"]);
  const { certificate } = alice(bank, { extensions: [both] });
  expect(await stateOf([certificate], [bankWith()], people("alice", "carol"))).toBe("counts");
  expect(await stateOf([certificate], [bankWith()], people("alice", "bob"))).toBe("IDENTITY_MISSING");
});

it("a certificate that cannot be read is not known", async () => {
  const { certificate } = alice(bank);
  expect(await stateOf([certificate], [bankWith()])).toBe("counts");
  expect(await stateOf([certificate.subarray(0, -1)], [bankWith()])).toBe("unknown");
  expect(await stateOf([certificate, Buffer.from("junk")], [bankWith()])).toBe("unknown");
});

it("a chain that is signed across counts while one of its roots is given", async () => {
  const [one, two] = [authority(undefined, { name: "one" }), authority(undefined, { name: "two" })];
  const byOne = authority(one, { name: "sub" });
  const byTwo = authority(two, { name: "sub", key: byOne.key });
  const signer = alice(byOne);
  const sent = [signer, byOne, byTwo].map(({ certificate }) => certificate);
  const recorded = recordOf(signCms(PAYLOAD, signer, byOne, { certificates: sent }), { roots: [one, two] });
  for (const root of [one, two])
    expect(await stateOf(recorded, [x509Authority("bank-ca", [root])])).toBe("counts");
  expect(await stateOf(recorded, [bankWith()])).toBe("CERTIFICATE_UNTRUSTED");
});

it("an authority between that the policy gave once is kept, and found revoked", async () => {
  const signer = alice(sub);
  const signature = signCms(PAYLOAD, signer, sub, { certificates: [signer.certificate] });
  const recorded = recordOf(signature, { roots: [bank], intermediates: [sub] });
  expect(await stateOf(recorded, [bankWith()])).toBe("counts");
  expect(await stateOf(recorded, [bankWith(revocationList(bank, [sub]))])).toBe("KEY_REVOKED");
});

/** What the verdict on a good signature leaves for the record. */
function recordOf(armored: string, judging: Judging): [Uint8Array, ...Uint8Array[]] {
  const verdict = judge(armored, judging);
  if (!verdict.ok) throw new TypeError("a signature that was just made");
  const [signer, ...others] = verdict.certificates;
  return [signer.raw, ...others.map(({ raw }) => raw)];
}
