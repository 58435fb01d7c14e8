import { generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { openpgpMaterial, sshMaterial, trustMaterial } from "../../test/integration/commits/material.ts";
import { ed25519, NOW } from "../../test/integration/commits/objects.ts";
import { type KeyPair, openpgpKey } from "../../test/integration/commits/openpgp-keys.ts";
import type { KeyMaterial } from "../api/index.ts";
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
