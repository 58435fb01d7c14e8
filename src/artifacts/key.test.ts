import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isSignedBy, parseCosignKey } from "./key.ts";

const BYTES = Buffer.from("payload");

const KEYS = {
  "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }),
  "P-384": generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }),
  Ed25519: generateKeyPairSync("ed25519"),
  "RSA 2048": generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

function pemOf(key: KeyObject): string {
  return key.export({ type: "spki", format: "pem" }).toString();
}

function parse(pem: string) {
  return parseCosignKey({ origin: "key.pub", pem });
}

describe("a key checks what its private half signed", () => {
  it.each<[keyof typeof KEYS, string | null]>([
    ["P-256", "sha256"],
    ["P-384", "sha384"],
    ["P-384", "sha256"],
    ["P-521", "sha512"],
    ["P-521", "sha256"],
    ["Ed25519", null],
    ["RSA 2048", "sha256"],
  ])("%s with %s", (name, hash) => {
    const { privateKey, publicKey } = KEYS[name];
    const key = parse(pemOf(publicKey));
    const signature = sign(hash, BYTES, privateKey);
    expect(isSignedBy(key, BYTES, signature)).toBe(true);
    expect(isSignedBy(key, Buffer.from("payloaD"), signature)).toBe(false);
    const altered = Buffer.from(signature);
    altered[altered.length - 1] = (altered.at(-1) ?? 0) ^ 1;
    expect(isSignedBy(key, BYTES, altered)).toBe(false);
    expect(isSignedBy(key, BYTES, Buffer.concat([signature, Buffer.from([0])]))).toBe(false);
    expect(isSignedBy(key, BYTES, Buffer.alloc(0))).toBe(false);
  });

  it.each<[keyof typeof KEYS, string]>([
    ["P-256", "sha1"],
    ["P-256", "sha512"],
    ["P-384", "sha1"],
    ["RSA 2048", "sha1"],
    ["RSA 2048", "sha512"],
  ])("%s not with %s", (name, hash) => {
    const { privateKey, publicKey } = KEYS[name];
    expect(isSignedBy(parse(pemOf(publicKey)), BYTES, sign(hash, BYTES, privateKey))).toBe(false);
  });
});

describe("a key file", () => {
  const pem = pemOf(KEYS["P-256"].publicKey);

  it("is one PEM block, whatever its line ends", () => {
    const { fingerprint } = parse(pem);
    expect(fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(parse(pem.replaceAll("\n", "\r\n")).fingerprint).toBe(fingerprint);
    expect(parse(`\n${pem}\n`).fingerprint).toBe(fingerprint);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["two keys", pem + pem],
    ["text before", `key:\n${pem}`],
    ["a private key", KEYS["P-256"].privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    ["PKCS#1", KEYS["RSA 2048"].publicKey.export({ type: "pkcs1", format: "pem" }).toString()],
    ["other base64", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
    ["bytes after the key", withTrailing(KEYS["P-256"].publicKey)],
  ])("is not %s", (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "MALFORMED_KEY" }));
  });

  it.each<[string, KeyObject]>([
    ["RSA of 1024 bits", generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey],
    ["RSA-PSS", generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey],
    ["secp256k1", generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey],
    ["Ed448", generateKeyPairSync("ed448").publicKey],
    ["X25519", generateKeyPairSync("x25519").publicKey],
  ])("is not of %s", (_, key) => {
    expect(() => parse(pemOf(key))).toThrow(expect.objectContaining({ code: "UNSUPPORTED_KEY" }));
  });
});

function withTrailing(key: KeyObject): string {
  const der = Buffer.concat([key.export({ type: "spki", format: "der" }), Buffer.from([0, 0])]);
  return `-----BEGIN PUBLIC KEY-----\n${der.toString("base64")}\n-----END PUBLIC KEY-----\n`;
}
