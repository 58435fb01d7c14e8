import { sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { generateSigningKey, simpleSigningPayload } from "../demo/cosign-signer.ts";
import { sha256 } from "../digest.ts";
import { parseCosignKey } from "./key.ts";
import { verifySimpleSigning } from "./simple-signing.ts";

const digest = sha256("image");
const target = { host: "r.example", path: "a/b" };
const signer = generateSigningKey();
const key = parseCosignKey({ origin: "ci.pub", pem: signer.publicKeyPem });
const stranger = parseCosignKey({ origin: "stranger.pub", pem: generateSigningKey().publicKeyPem });
const payload = simpleSigningPayload(target, digest);

function signed(bytes: Uint8Array): string {
  return sign("sha256", bytes, signer.privateKey).toString("base64");
}

function codeOf(bytes: Uint8Array, signature: string, keys = [key]): string {
  const verdict = verifySimpleSigning(bytes, signature, digest, keys);
  return verdict.ok ? "ok" : verdict.code;
}

it("accepts a trusted key's signature over this image, and says whose and what for", () => {
  expect(verifySimpleSigning(payload, signed(payload), digest, [stranger, key])).toEqual({
    ok: true,
    key,
    identity: "r.example/a/b",
  });
});

describe("refuses", () => {
  const alter = (from: string, to: string) => Buffer.from(Buffer.from(payload).toString().replace(from, to));

  it("a key that is not trusted", () => {
    expect(codeOf(payload, signed(payload), [stranger])).toBe("IMAGE_WRONG_KEY");
  });

  it("a payload that was altered by one character, even to the same meaning", () => {
    expect(codeOf(alter("null", "null "), signed(payload))).toBe("IMAGE_WRONG_KEY");
  });

  it.each([
    ["nothing", ""],
    ["what is not base64", "!!!!"],
    ["what no key makes", "A".repeat(4_000_000)],
    ["white space", ` ${signed(payload)}`],
    ["base64 for URLs", `${signed(payload).slice(0, -4)}_-_-`],
  ])("%s for a signature", (_, signature) => {
    expect(codeOf(payload, signature)).toBe("IMAGE_SIGNATURE_INVALID");
  });

  it.each([
    ["another image's digest", alter(digest, sha256("other"))],
    ["another type", alter("cosign container image signature", "atomic container signature")],
    ["no digest", alter("docker-manifest-digest", "digest")],
    ["no critical part", alter("critical", "optional")],
    ["not JSON", Buffer.from("payload")],
    ["nothing", Buffer.alloc(0)],
  ])("a payload of a trusted key with %s", (_, bytes) => {
    expect(codeOf(bytes, signed(bytes))).toBe("IMAGE_PAYLOAD_MISMATCH");
  });
});
