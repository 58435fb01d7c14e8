import { generateKeyPairSync } from "node:crypto";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { wireString, wireUint32 } from "../../../signatures/ssh/wire.ts";
import { parseIdentity } from "./identity.ts";
import { toSha2Agent } from "./sha2-agent.ts";

const { generateKeyPairSync: makeKey, parseKey } = ssh2.utils;

function parse(identity: string, passphrase?: string): string {
  try {
    return parseIdentity(parseKey, identity, passphrase).type;
  } catch (error) {
    expect(`${error}`).not.toContain("canary");
    return (error as { code: string }).code;
  }
}

/** In OpenSSH's format, with this many rounds said to be between passphrase and key. */
function withRounds(rounds: number): string {
  const bytes = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    wireString("aes256-ctr"),
    wireString("bcrypt"),
    wireString(Buffer.concat([wireString(Buffer.alloc(16, 1)), wireUint32(rounds)])),
    wireUint32(1),
    wireString("public"),
    wireString(Buffer.alloc(64, 1)),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

describe("an identity", () => {
  it("is a private key in OpenSSH's format", () => {
    const { private: identity, public: line } = makeKey("ed25519");
    expect(parse(identity)).toBe("ssh-ed25519");
    expect(parse(`\n${identity.replaceAll("\n", "\r\n")}\n`)).toBe("ssh-ed25519");
    expect(parse(makeKey("ecdsa", { bits: 384 }).private)).toBe("ecdsa-sha2-nistp384");
    for (const other of [line, "", "canary", identity.slice(0, 200), `${identity}x`, "x".repeat(70_000)]) {
      expect(parse(other)).toBe("BAD_CREDENTIALS");
    }
  });

  it("is in no other format", () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const type of ["pkcs8", "sec1"] as const) {
      expect(parse(String(privateKey.export({ type, format: "pem" })))).toBe("BAD_CREDENTIALS");
    }
  });

  it("is no RSA key that is too short", () => {
    expect(parse(makeKey("rsa", { bits: 2048 }).private)).toBe("ssh-rsa");
    expect(parse(makeKey("rsa", { bits: 1024 }).private)).toBe("BAD_CREDENTIALS");
  });

  it("is decrypted by its passphrase alone", () => {
    const passphrase = "canary-1";
    const { private: identity } = makeKey("ed25519", { passphrase, cipher: "aes256-cbc", rounds: 2 });
    expect(parse(identity, passphrase)).toBe("ssh-ed25519");
    expect(parse(identity, "canary-2")).toBe("BAD_CREDENTIALS");
    expect(parse(identity)).toBe("BAD_CREDENTIALS");
  });

  it("does not keep everything waiting for its passphrase (attack 22)", () => {
    expect(parse(withRounds(4_000_000_000), "canary")).toBe("BAD_CREDENTIALS");
  });
});

describe("an RSA key", () => {
  const key = parseIdentity(parseKey, makeKey("rsa", { bits: 2048 }).private, undefined);
  const sign = (hash?: "sha1" | "sha256" | "sha512"): Promise<number> =>
    new Promise((resolve, reject) => {
      toSha2Agent(ssh2.BaseAgent, key).sign(
        key,
        Buffer.from("x"),
        hash === undefined ? {} : { hash },
        (error, signature) => {
          if (signature === undefined) reject(error);
          else resolve(signature.length);
        },
      );
    });

  it("signs over SHA-2, and never over SHA-1", async () => {
    expect([await sign("sha256"), await sign("sha512")]).toEqual([256, 256]);
    await expect(sign("sha1")).rejects.toThrow("SHA-1");
    await expect(sign()).rejects.toThrow("SHA-1");
  });
});
