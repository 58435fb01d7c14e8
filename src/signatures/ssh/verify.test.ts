import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { armor, securityKey } from "../../../test/integration/commits/security-key.ts";
import { parseSshKeyLine } from "./key-line.ts";
import { buildSshKeyring, type SshKeyring } from "./keyring.ts";
import { signSsh, toSshKeyLine } from "./sign.ts";
import { encodeSshSignature, parseSshSignature, type SshSignature, signedData } from "./sshsig.ts";
import { verifySshSignature } from "./verify.ts";
import { wirePositive, wireString } from "./wire.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");
const KEYS = {
  ed25519: generateKeyPairSync("ed25519").privateKey,
  p256: generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey,
  p384: generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey,
  p521: generateKeyPairSync("ec", { namedCurve: "secp521r1" }).privateKey,
  rsa: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
};

function keyringOf(...lines: string[]): SshKeyring {
  const keys = lines.map((line) => {
    const key = parseSshKeyLine(line);
    if (!key.ok) throw new Error(key.refusals[0].message);
    return key.value;
  });
  return buildSshKeyring({ keys });
}

function judge(armored: string, line: string, message: Uint8Array = MESSAGE): string {
  const verdict = verifySshSignature(message, armored, keyringOf(line));
  return verdict.ok ? "good" : verdict.code;
}

/** The parts of a good signature, to be put together again with something changed. */
function take(key: KeyObject): SshSignature {
  const parsed = parseSshSignature(signSsh(MESSAGE, key));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

describe("every kind of key", () => {
  it.each(Object.entries(KEYS))("%s vouches for what it signed, and for nothing else", (_, key) => {
    const armored = signSsh(MESSAGE, key);
    expect(judge(armored, toSshKeyLine(key))).toBe("good");
    expect(judge(armored, toSshKeyLine(key), Buffer.concat([MESSAGE, Buffer.of(0)]))).toBe("BAD_SIGNATURE");
  });

  it("names the key by its fingerprint", () => {
    const line = toSshKeyLine(KEYS.ed25519, "comment");
    const [fingerprint] = keyringOf(line).keys.keys();
    expect(verifySshSignature(MESSAGE, signSsh(MESSAGE, KEYS.ed25519), keyringOf(line))).toEqual({
      ok: true,
      scheme: "ssh",
      key: fingerprint,
      trustedKey: fingerprint,
      signedAt: undefined,
    });
  });

  it.each(["sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com"] as const)(
    "%s vouches when it was touched, and only then",
    (type) => {
      const key = securityKey(type);
      expect(judge(key.sign(MESSAGE), key.line)).toBe("good");
      expect(judge(key.sign(MESSAGE, { flags: 0x05, counter: 0 }), key.line)).toBe("good");
      expect(judge(key.sign(MESSAGE, { flags: 0x04, counter: 7 }), key.line)).toBe("USER_PRESENCE_MISSING");
      expect(judge(key.sign(Buffer.from("other")), key.line)).toBe("BAD_SIGNATURE");
    },
  );

  it("refuses a security key's flags that its signature does not cover", () => {
    const key = securityKey("sk-ssh-ed25519@openssh.com");
    const blob = decode(key.sign(MESSAGE, { flags: 0x00, counter: 7 }));
    blob.writeUInt8(0x01, blob.length - 5);
    expect(judge(armor(blob), key.line)).toBe("BAD_SIGNATURE");
  });
});

function decode(armored: string): Buffer {
  return Buffer.from(armored.split("\n").slice(1, -2).join(""), "base64");
}

describe("the key that a signature carries", () => {
  const line = toSshKeyLine(KEYS.ed25519);

  it("is not trusted because it is there", () => {
    const stranger = generateKeyPairSync("ed25519").privateKey;
    expect(judge(signSsh(MESSAGE, stranger), line)).toBe("UNKNOWN_KEY");
  });

  it("does not help a stranger who puts in a trusted one", () => {
    const stranger = generateKeyPairSync("ed25519").privateKey;
    const forged = { ...take(stranger), publicKey: take(KEYS.ed25519).publicKey };
    expect(judge(armor(encodeSshSignature(forged)), line)).toBe("BAD_SIGNATURE");
  });

  it.each([
    ["a DSA certificate", "ssh-dss-cert-v01@openssh.com"],
    ["a DSA key", "ssh-dss"],
  ])("is refused when it is %s", (_, type) => {
    const publicKey = Buffer.concat([wireString(type), wireString("whatever")]);
    const blob = encodeSshSignature({ ...take(KEYS.ed25519), publicKey });
    expect(judge(armor(blob), line)).toBe("UNSUPPORTED_ALGORITHM");
  });
});

describe("what the signature says of itself", () => {
  const line = toSshKeyLine(KEYS.ed25519);

  it.each(["file", "", "git ", "Git", "gi"])("refuses the namespace %j", (namespace) => {
    expect(judge(signSsh(MESSAGE, KEYS.ed25519, namespace), line)).toBe("WRONG_NAMESPACE");
  });

  it.each(["sha1", "md5", "sha384", "SHA256", ""])("refuses the hash %j", (hashAlgorithm) => {
    expect(judge(armor(encodeSshSignature({ ...take(KEYS.ed25519), hashAlgorithm })), line)).toBe(
      "UNSUPPORTED_ALGORITHM",
    );
  });

  it("takes sha256 as well as sha512, and not the one for the other", () => {
    const parts = { ...take(KEYS.ed25519), hashAlgorithm: "sha256" };
    const signature = wireString(sign(null, signedData("git", "sha256", MESSAGE), KEYS.ed25519));
    expect(judge(armor(encodeSshSignature({ ...parts, signature })), line)).toBe("good");
    expect(judge(armor(encodeSshSignature(parts)), line)).toBe("BAD_SIGNATURE");
  });
});

describe("RSA", () => {
  const line = toSshKeyLine(KEYS.rsa);
  const data = signedData("git", "sha512", MESSAGE);
  const rebuilt = (signatureType: string, raw: Buffer): string =>
    armor(encodeSshSignature({ ...take(KEYS.rsa), signatureType, signature: wireString(raw) }));

  it("signs over SHA-2", () => {
    expect(judge(rebuilt("rsa-sha2-256", sign("sha256", data, KEYS.rsa)), line)).toBe("good");
    expect(judge(rebuilt("rsa-sha2-512", sign("sha256", data, KEYS.rsa)), line)).toBe("BAD_SIGNATURE");
  });

  it("never over SHA-1", () => {
    expect(judge(rebuilt("ssh-rsa", sign("sha1", data, KEYS.rsa)), line)).toBe("WEAK_ALGORITHM");
  });

  it("may leave out leading zero bytes, and nothing else", () => {
    const raw = signWithLeadingZero(KEYS.rsa);
    expect(judge(rebuilt256(raw.bytes.subarray(1), raw.namespaceMessage), line, raw.namespaceMessage)).toBe(
      "good",
    );
    expect(judge(rebuilt("rsa-sha2-256", sign("sha256", data, KEYS.rsa).subarray(1)), line)).toBe(
      "BAD_SIGNATURE",
    );
    const longer = Buffer.concat([Buffer.of(0), sign("sha256", data, KEYS.rsa)]);
    expect(judge(rebuilt("rsa-sha2-256", longer), line)).toBe("MALFORMED_SIGNATURE");
  });

  function rebuilt256(raw: Buffer, message: Buffer): string {
    const parts = parseSshSignature(signSsh(message, KEYS.rsa));
    if (!parts.ok) throw new Error(parts.refusals[0].message);
    const signature = wireString(raw);
    return armor(encodeSshSignature({ ...parts.value, signatureType: "rsa-sha2-256", signature }));
  }

  /** One in 256 signatures begins with a zero byte. */
  function signWithLeadingZero(key: KeyObject): { bytes: Buffer; namespaceMessage: Buffer } {
    for (let attempt = 0; attempt < 10_000; attempt += 1) {
      const namespaceMessage = Buffer.from(`attempt ${attempt}`);
      const bytes = sign("sha256", signedData("git", "sha512", namespaceMessage), key);
      if (bytes[0] === 0) return { bytes, namespaceMessage };
    }
    throw new Error("no signature began with a zero byte");
  }
});

describe("ECDSA", () => {
  const line = toSshKeyLine(KEYS.p256);
  const rebuilt = (signature: Buffer): string =>
    armor(encodeSshSignature({ ...take(KEYS.p256), signature: wireString(signature) }));

  it.each([
    ["no second number", wirePositive(Buffer.from("1"))],
    [
      "a number that is too long",
      Buffer.concat([wirePositive(Buffer.alloc(40, 1)), wirePositive(Buffer.of(1))]),
    ],
    ["a padded number", Buffer.concat([wireString(Buffer.of(0, 1)), wirePositive(Buffer.of(1))])],
    ["a negative number", Buffer.concat([wireString(Buffer.of(0x80)), wirePositive(Buffer.of(1))])],
    ["zero", Buffer.concat([wireString(""), wirePositive(Buffer.of(1))])],
  ])("with %s is malformed", (_, signature) => {
    expect(judge(rebuilt(signature), line)).toBe("MALFORMED_SIGNATURE");
  });

  it("with other numbers is bad", () => {
    const signature = Buffer.concat([wirePositive(Buffer.of(1)), wirePositive(Buffer.of(1))]);
    expect(judge(rebuilt(signature), line)).toBe("BAD_SIGNATURE");
  });
});

describe("a signature of a kind that the key does not make", () => {
  it.each([
    ["ed25519", KEYS.ed25519, "ecdsa-sha2-nistp256"],
    ["ed25519", KEYS.ed25519, "sk-ssh-ed25519@openssh.com"],
    ["P-384", KEYS.p384, "ecdsa-sha2-nistp256"],
    ["RSA", KEYS.rsa, "ssh-ed25519"],
  ])("%s", (_, key, signatureType) => {
    const blob = encodeSshSignature({ ...take(key), signatureType });
    expect(judge(armor(blob), toSshKeyLine(key))).toBe("MALFORMED_SIGNATURE");
  });
});

describe("any change at all", () => {
  const key = KEYS.ed25519;
  const line = toSshKeyLine(key);
  const honest = decode(signSsh(MESSAGE, key));

  it("to the signature is refused", () => {
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const blob = Buffer.from(honest);
        blob.writeUInt8(blob.readUInt8(index) ^ flip, index);
        expect(judge(armor(blob), line)).not.toBe("good");
      }),
    );
  });

  it("to the message is refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const same = MESSAGE.equals(bytes);
        expect(judge(signSsh(MESSAGE, key), line, bytes)).toBe(same ? "good" : "BAD_SIGNATURE");
      }),
    );
  });

  it("into arbitrary bytes is answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const blob = Buffer.concat([Buffer.from("SSHSIG\0\0\0\x01"), bytes]);
        expect(judge(armor(blob), line)).not.toBe("good");
      }),
    );
  });
});
