import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { AuditError } from "./error.ts";
import { isSignature, keyId, parsePublicKey, parseSigner, publicKeyPem } from "./signer.ts";
import { parseTrustedKey } from "./trust.ts";

const pair = generateKeyPairSync("ed25519");
const privatePem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const publicPem = publicKeyPem(pair.publicKey);

function faultOf(run: () => unknown): AuditError {
  try {
    run();
  } catch (error) {
    if (error instanceof AuditError) return error;
  }
  throw new Error("no AuditError");
}

describe("a signer", () => {
  it("signs what its public key verifies, and nothing else", async () => {
    const signer = parseSigner(privatePem, "audit.key");
    const signature = await signer.sign(Buffer.from("text"));
    expect(isSignature(parsePublicKey(publicPem, "audit.pub"), Buffer.from("text"), signature)).toBe(true);
    expect(isSignature(signer.publicKey, Buffer.from("texT"), signature)).toBe(false);
    expect(isSignature(signer.publicKey, Buffer.from("text"), signature.subarray(1))).toBe(false);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const encrypted = pair.privateKey.export({
    type: "pkcs8",
    format: "pem",
    cipher: "aes-256-cbc",
    passphrase: "x",
  });
  it.each([
    ["no PEM", "c2VjcmV0", "MALFORMED_KEY"],
    ["cut short", privatePem.slice(0, 80), "MALFORMED_KEY"],
    ["a public key", publicPem, "MALFORMED_KEY"],
    ["encrypted", encrypted.toString(), "MALFORMED_KEY"],
    [
      "of another type",
      rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "UNSUPPORTED_KEY",
    ],
  ])("is not made from a file that is %s, and no word of it is repeated", (_what, text, code) => {
    const fault = faultOf(() => parseSigner(text, "audit.key"));
    expect(fault.code).toBe(code);
    const secret = text.split("\n").find((line) => line !== "" && !line.startsWith("-----")) ?? "";
    expect(`${fault.message} ${fault.remedy} ${String(fault.cause)}`).not.toContain(secret.slice(0, 8));
  });
});

describe("a trusted key", () => {
  it.each([
    ["a private key", privatePem, "MALFORMED_KEY"],
    [
      "another type of key",
      generateKeyPairSync("x25519").publicKey.export({ type: "spki", format: "pem" }).toString(),
      "UNSUPPORTED_KEY",
    ],
    ["a damaged PEM", publicPem.replace("MC", "MD"), "MALFORMED_KEY"],
    ["neither form", "bank.example/audit", "MALFORMED_KEY"],
    ["nothing", "", "MALFORMED_KEY"],
  ])("is not %s", (_what, text, code) => {
    expect(faultOf(() => parseTrustedKey(text, "key")).code).toBe(code);
    expect(keyId(parseTrustedKey(publicPem, "key").publicKey)).toBe(keyId(pair.publicKey));
  });
});

describe("a key id", () => {
  it("is what `ssh-keygen -l` says of the key", () => {
    const { publicKey } = parseTrustedKey(
      "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
      "key",
    );
    expect(keyId(publicKey)).toBe("SHA256:ASMEMMHVFYMtx9F5CxjfzDaNVVRm2WYMBrEBOT8kyZc");
  });
});
