import { describe, expect, it } from "vitest";
import type { AuthoritiesMaterial, KeyMaterial } from "../../src/api/index.ts";
import { toSshKeyLine } from "../../src/signatures/index.ts";
import {
  NO_AUTHORITIES,
  principalKey,
  sigstoreKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "../integration/commits/authorities.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { PrivateSigstore } from "../integration/gitsign/private-sigstore.ts";
import { signCertified } from "../integration/ssh/authority.ts";
import { encodeCertificate } from "../integration/ssh/certificate-blob.ts";
import { alternativeNames, authority, issue } from "../integration/x509/builder/certificate.ts";
import { signCms } from "../integration/x509/builder/cms.ts";

const commit = commitObject();

/** Certifies whoever asks under the name that they ask for, as a real authority does for its own users. */
interface Certifier {
  readonly authorities: AuthoritiesMaterial;
  readonly now?: number;
  key(name: string): KeyMaterial;
  sign(name: string): string | Promise<string>;
}

function x509(): Certifier {
  const bank = authority(undefined, { name: "bank" });
  return {
    authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [bank])] },
    key: (name) => x509Key(name),
    sign: (name) => signCms(commit, issue(bank, { extensions: [alternativeNames(["email", name])] }), bank),
  };
}

function ssh(): Certifier {
  const [key, fleet] = [ed25519(), ed25519()];
  return {
    authorities: { ...NO_AUTHORITIES, sshCertificates: [sshAuthority("fleet", toSshKeyLine(fleet))] },
    key: (name) => principalKey(name),
    sign: (name) => signCertified(key, encodeCertificate(key, fleet, { principals: [name] }), commit),
  };
}

async function gitsign(): Promise<Certifier> {
  const sigstore = new PrivateSigstore();
  const issuer = "https://login.bank.example";
  const text = await sigstore.rootJson();
  return {
    authorities: { ...NO_AUTHORITIES, sigstore: { origin: "trusted_root.json", text } },
    now: sigstore.now,
    key: (identity) => sigstoreKey({ identity, issuer }),
    // The mock puts a URI into a certificate.
    sign: (identity) => sigstore.sign(commit, { identity, issuer }),
  };
}

/** What is in the policy, and what somebody has themselves certified. */
const PAIRS: readonly (readonly [policy: string, certified: string])[] = [
  ["https://bank.example/alice@hq", "https://bank.example/alice@hq.evil"],
  ["https://bank.example/alice@hq", "https://bank.example/alice@h"],
  ["https://bank.example/alice@hq", "https://bank.example/Alice@hq"],
  ["https://bank.example/alice@hq", "https://evil.example/https://bank.example/alice@hq"],
  ["https://bank.example/@", "https://bank.example/@mallory"],
  ["https://bank.example/.*@hq", "https://bank.example/mallory@hq"],
  ["https://bank.example/*@hq", "https://bank.example/mallory@hq"],
  ["^https://bank.example/.+@", "https://bank.example/mallory@hq"],
];

describe.each([
  ["an address in an X.509 certificate", x509()],
  ["a principal in an SSH certificate", ssh()],
  ["an identity in a certificate of Fulcio", await gitsign()],
])("%s", (_, { authorities, now, key, sign }) => {
  const judge = async (policy: string, certified: string) =>
    judgeObject(addSignature(commit, await sign(certified)), {
      keys: [key(policy)],
      policy: { authorities },
      ...(now !== undefined && { now }),
    });

  it.each(PAIRS)("%s is not %s", async (policy, certified) => {
    expect(await judge(policy, certified)).toBe("PRINCIPAL_NOT_ALLOWED");
    expect(await judge(certified, certified)).toBe("verified by alice");
  });
});
