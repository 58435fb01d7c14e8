import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import {
  NO_AUTHORITIES,
  principalKey,
  sigstoreKey,
  sshAuthority,
  x509Authority,
  x509Key,
} from "../../test/integration/commits/authorities.ts";
import { openpgpMaterial, sshMaterial, trustMaterial } from "../../test/integration/commits/material.ts";
import { ed25519, NOW } from "../../test/integration/commits/objects.ts";
import { type KeyPair, openpgpKey } from "../../test/integration/commits/openpgp-keys.ts";
import { PUBLIC_GOOD } from "../../test/integration/gitsign/public-good.ts";
import { authority, issue, pem, revocationList } from "../../test/integration/x509/builder/certificate.ts";
import type { AuthoritiesMaterial, KeyMaterial } from "../api/index.ts";
import { toSshKeyLine } from "../signatures/index.ts";
import { compileTrust } from "./compile.ts";
import { TrustError } from "./error.ts";

const sshKey = sshMaterial(ed25519());
let pair: KeyPair;

beforeAll(async () => {
  pair = await openpgpKey();
});

async function codeOf(...keys: readonly KeyMaterial[]): Promise<string> {
  try {
    await compileTrust(trustMaterial(keys));
    return "compiled";
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

function armored(text: string): KeyMaterial {
  return { scheme: "openpgp", armored: text, origin: "keys/alice.asc" };
}

describe("keys", () => {
  it("of both schemes are imported", async () => {
    const trust = await compileTrust(trustMaterial([sshKey, openpgpMaterial(pair.publicKey)]));
    expect([...trust.grants.values()].flat().map(({ signer, roles }) => [signer, roles])).toEqual([
      ["alice", ["developer"]],
      ["alice", ["developer"]],
    ]);
  });

  it("suffice for whoever may take the gate back", async () => {
    const reset = (role: string, count: number) =>
      compileTrust(
        trustMaterial([sshKey], {
          history: { start: "root", fastForwardOnly: true, reset: { role, count } },
        }),
      );
    expect((await reset("developer", 1)).reset).toEqual({ role: "developer", count: 1 });
    await expect(reset("developer", 2)).rejects.toMatchObject({ code: "INVALID_RULE" });
    await expect(reset("releaser", 1)).rejects.toMatchObject({ code: "INVALID_RULE" });
  });

  it("must be there", async () => {
    expect(await codeOf()).toBe("EMPTY_TRUST");
    await expect(compileTrust(trustMaterial([], { signers: [] }))).rejects.toMatchObject({
      code: "EMPTY_TRUST",
    });
    await expect(compileTrust(trustMaterial([sshKey], { commits: [] }))).rejects.toMatchObject({
      code: "EMPTY_TRUST",
    });
  });

  it.each([
    ["a damaged SSH key", (): KeyMaterial => ({ scheme: "ssh", line: "ssh-ed25519 AAAA", origin: "x" })],
    ["a short RSA key", () => sshMaterial(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey)],
    ["something that is no key", () => armored("hello")],
    ["a private key", () => armored(pair.privateKey.armor())],
    [
      "two keys in one file",
      async () => armored(pair.publicKey.armor() + (await openpgpKey()).publicKey.armor()),
    ],
    ["a window that never opens", () => ({ ...sshKey, validAfter: NOW, validBefore: NOW })],
  ])("are refused whole: %s", async (_, make) => {
    expect(await codeOf(sshMaterial(ed25519()), await make())).toBe("INVALID_KEY");
  });

  it("that can never count are refused at once", async () => {
    const short = await openpgpKey({ type: "rsa", rsaBits: 1024, config: { minRSABits: 1024 } });
    expect(await codeOf(openpgpMaterial(short.publicKey))).toBe("INVALID_KEY");
    const { publicKey } = await openpgpKey();
    publicKey.users = [];
    expect(await codeOf(openpgpMaterial(publicKey))).toBe("INVALID_KEY");
  });

  it("are given once", async () => {
    expect(await codeOf(sshKey, sshMaterial(ed25519()))).toBe("compiled");
    expect(await codeOf(sshKey, { ...sshKey, validAfter: 0 })).toBe("DUPLICATE_KEY");
    expect(await codeOf(openpgpMaterial(pair.publicKey), openpgpMaterial(pair.publicKey))).toBe(
      "DUPLICATE_KEY",
    );
  });

  it("belong to one signer", async () => {
    const signers = ["alice", "bob"].map((name) => ({ name, roles: ["developer"], keys: [sshKey] }));
    await expect(compileTrust(trustMaterial([], { signers }))).rejects.toMatchObject({
      code: "DUPLICATE_KEY",
    });
  });

  it("are named with their file or field when something is wrong", async () => {
    const broken = { ...sshKey, line: "nothing", origin: "trust.yaml:12" };
    await expect(compileTrust(trustMaterial([broken]))).rejects.toThrow(/^trust\.yaml:12: /);
  });
});

describe("authorities", () => {
  const root = authority(undefined);
  const fleet = toSshKeyLine(ed25519());
  const WHO = { issuer: "https://login.bank.example", identity: "alice@bank.example" };

  async function codeWith(parts: Partial<AuthoritiesMaterial>, ...keys: readonly KeyMaterial[]) {
    const authorities = { ...NO_AUTHORITIES, ...parts };
    try {
      await compileTrust(trustMaterial(keys, { authorities }));
      return "compiled";
    } catch (error) {
      if (error instanceof TrustError) return error.code;
      throw error;
    }
  }

  it("must be there where a key names one", async () => {
    const x509 = [x509Authority("bank-ca", [root])];
    const sshCertificates = [sshAuthority("fleet", fleet)];
    const sigstore = { origin: "root.json", text: PUBLIC_GOOD.rootJson };
    const own = [x509Key("alice@bank.example"), principalKey("alice"), sigstoreKey(WHO)];
    expect(await codeWith({ x509, sshCertificates, sigstore }, ...own)).toBe("compiled");
    expect(await codeWith({ sshCertificates, sigstore }, ...own)).toBe("UNKNOWN_AUTHORITY");
    expect(await codeWith({ x509, sigstore }, ...own)).toBe("UNKNOWN_AUTHORITY");
    expect(await codeWith({ x509, sshCertificates }, ...own)).toBe("UNKNOWN_AUTHORITY");
    expect(await codeWith({ x509 }, x509Key("alice@bank.example", "bank-c"))).toBe("UNKNOWN_AUTHORITY");
  });

  it("alone let nobody in", async () => {
    expect(await codeWith({ x509: [x509Authority("bank-ca", [root])] })).toBe("EMPTY_TRUST");
  });

  it("are named once", async () => {
    const key = sshMaterial(ed25519());
    const twice = [x509Authority("bank-ca", [root]), x509Authority("bank-ca", [root])];
    const other = toSshKeyLine(ed25519());
    expect(await codeWith({ x509: twice.slice(1) }, key)).toBe("compiled");
    expect(await codeWith({ x509: twice }, key)).toBe("DUPLICATE_AUTHORITY");
    const ssh = (...entries: readonly (readonly [string, string])[]) =>
      codeWith({ sshCertificates: entries.map(([name, line]) => sshAuthority(name, line)) }, key);
    expect(await ssh(["fleet", fleet], ["other", other])).toBe("compiled");
    expect(await ssh(["fleet", fleet], ["fleet", other])).toBe("DUPLICATE_AUTHORITY");
    expect(await ssh(["fleet", fleet], ["other", fleet])).toBe("DUPLICATE_AUTHORITY");
  });

  const source = (text: string) => ({ origin: "file", text });
  const x509 = (parts: Partial<AuthoritiesMaterial["x509"][number]>) => ({
    x509: [{ ...x509Authority("bank-ca", [root]), ...parts }],
  });
  const list = pem(revocationList(root, []), "X509 CRL");

  it.each<[string, Partial<AuthoritiesMaterial>, string]>([
    ["roots", x509({ roots: source(pem(root.certificate)) }), "compiled"],
    ["no roots", x509({ roots: source("") }), "INVALID_AUTHORITY"],
    ["a person as a root", x509({ roots: source(pem(issue(root).certificate)) }), "INVALID_AUTHORITY"],
    [
      "a private key",
      x509({ roots: source(`${pem(root.certificate)}${pem(Buffer.of(1), "PRIVATE KEY")}`) }),
      "INVALID_AUTHORITY",
    ],
    ["unreadable intermediates", x509({ intermediates: source("hello") }), "INVALID_AUTHORITY"],
    ["a list", x509({ revocationLists: [source(list)] }), "compiled"],
    ["half a list", x509({ revocationLists: [source(list.slice(0, -40))] }), "INVALID_AUTHORITY"],
    ["a root as a list", x509({ revocationLists: [source(pem(root.certificate))] }), "INVALID_AUTHORITY"],
    ["a trusted root", { sigstore: source(PUBLIC_GOOD.rootJson) }, "compiled"],
    ["an empty trusted root", { sigstore: source("{}") }, "INVALID_AUTHORITY"],
    [
      "an SSH authority that is no key",
      { sshCertificates: [sshAuthority("fleet", "x")] },
      "INVALID_AUTHORITY",
    ],
    [
      "an SSH authority whose window never opens",
      { sshCertificates: [sshAuthority("fleet", fleet, { validAfter: NOW, validBefore: NOW })] },
      "INVALID_KEY",
    ],
  ])("are read whole or not at all: %s", async (_, parts, expected) => {
    expect(await codeWith(parts, sshMaterial(ed25519()))).toBe(expected);
  });

  it("certify a name for one signer", async () => {
    const authorities = {
      x509: [x509Authority("bank-ca", [root]), x509Authority("partner-ca", [authority(undefined)])],
      sshCertificates: [sshAuthority("fleet", fleet)],
      sigstore: source(PUBLIC_GOOD.rootJson),
    };
    const code = (...keys: readonly KeyMaterial[]) => codeWith(authorities, ...keys);
    const mail = "alice@bank.example";
    expect(await code(x509Key(mail), x509Key(mail))).toBe("DUPLICATE_KEY");
    expect(await code(x509Key(mail), x509Key(mail, "partner-ca"))).toBe("compiled");
    expect(await code(principalKey("alice"), principalKey("alice"))).toBe("DUPLICATE_KEY");
    expect(await code(principalKey("alice"), principalKey("alice2"))).toBe("compiled");
    expect(await code(sigstoreKey(WHO), sigstoreKey(WHO))).toBe("DUPLICATE_KEY");
    expect(await code(sigstoreKey(WHO), sigstoreKey({ ...WHO, issuer: "https://other.example" }))).toBe(
      "compiled",
    );
  });
});

describe("lists of revoked keys", () => {
  const revoking = async (text: string): Promise<string> => {
    const sshKeys = [{ origin: "revoked", base64: Buffer.from(text).toString("base64") }];
    try {
      await compileTrust(trustMaterial([sshKey], { revoked: { sshKeys } }));
      return "compiled";
    } catch (error) {
      if (error instanceof TrustError) return error.code;
      throw error;
    }
  };

  it("are read whole or not at all", async () => {
    expect(await revoking(toSshKeyLine(ed25519()))).toBe("compiled");
    expect(await revoking(`${toSshKeyLine(ed25519())}\nssh-ed25519 AAAA`)).toBe("INVALID_KEY");
    expect(await revoking("SSHKRL\n\0")).toBe("INVALID_KEY");
  });
});
