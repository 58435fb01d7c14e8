import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { securityKey } from "../../../test/integration/commits/security-key.ts";
import { parseSshKeyLine } from "./key-line.ts";
import { parseSshPublicKey } from "./public-key.ts";
import { toSshKeyLine } from "./sign.ts";
import { wirePositive, wireString } from "./wire.ts";

function codeOf(blob: Uint8Array): string {
  const key = parseSshPublicKey(blob);
  return key.ok ? "accepted" : key.refusals[0].code;
}

function lineCode(line: string): string {
  const key = parseSshKeyLine(line);
  return key.ok ? "accepted" : key.refusals[0].code;
}

function rsaLine(modulusLength: number): string {
  return toSshKeyLine(generateKeyPairSync("rsa", { modulusLength }).publicKey);
}

function blobOf(line: string): Buffer {
  return Buffer.from(line.split(" ")[1] ?? "", "base64");
}

const ED25519 = toSshKeyLine(generateKeyPairSync("ed25519").publicKey, "alice@bank.example");
const P256 = blobOf(toSshKeyLine(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).publicKey));
const RSA = blobOf(rsaLine(2048));

describe("a key line", () => {
  it("is a type, base64 and a comment", () => {
    expect(lineCode(ED25519)).toBe("accepted");
    expect(lineCode(`${ED25519.split(" ").slice(0, 2).join(" ")}\n`)).toBe("accepted");
  });

  it.each([
    ["nothing", ""],
    ["the type alone", "ssh-ed25519"],
    ["the type of another key", ED25519.replace("ssh-ed25519", "ssh-rsa")],
    ["options before the key", `no-touch-required ${ED25519}`],
    ["a cut key", ED25519.replace(/.{8} alice/, " alice")],
    ["base64 that is not canonical", ED25519.replace(" alice", "= alice")],
  ])("is not %s", (_, line) => {
    expect(lineCode(line)).toBe("MALFORMED_KEY");
  });
});

describe("a key", () => {
  it("is one of the kinds that are listed", () => {
    expect(codeOf(P256)).toBe("accepted");
    expect(codeOf(securityKey("sk-ssh-ed25519@openssh.com").blob)).toBe("accepted");
    expect(codeOf(securityKey("sk-ecdsa-sha2-nistp256@openssh.com").blob)).toBe("accepted");
    for (const type of ["ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "webauthn", ""]) {
      expect(codeOf(wireString(type))).toBe("UNSUPPORTED_KEY");
    }
  });

  it.each([
    ["bytes after its end", Buffer.concat([P256, Buffer.of(0)])],
    ["an end too early", P256.subarray(0, -1)],
    [
      "a point that is not on the curve",
      Buffer.concat([P256.subarray(0, -1), Buffer.of((P256.at(-1) ?? 0) ^ 1)]),
    ],
    [
      "another curve's name",
      Buffer.from(P256.toString("latin1").replace("\bnistp256", "\bnistp384"), "latin1"),
    ],
    ["a compressed point", Buffer.concat([P256.subarray(0, 39), Buffer.of(2), P256.subarray(40)])],
    [
      "an Ed25519 point of 31 bytes",
      Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(31))]),
    ],
  ])("is malformed with %s", (_, blob) => {
    expect(codeOf(blob)).toBe("MALFORMED_KEY");
  });
});

describe("an RSA key", () => {
  const modulus = RSA.subarray(-256);
  const rsa = (exponent: Buffer, n: Buffer = modulus): Buffer =>
    Buffer.concat([wireString("ssh-rsa"), wirePositive(exponent), wirePositive(n)]);

  it("has 2048 bits or more", () => {
    expect(lineCode(rsaLine(2048))).toBe("accepted");
    expect(lineCode(rsaLine(2047))).toBe("WEAK_KEY");
    expect(lineCode(rsaLine(1024))).toBe("WEAK_KEY");
    expect(codeOf(rsa(Buffer.of(3), Buffer.alloc(2049, 0xff)))).toBe("WEAK_KEY");
  });

  it("has an exponent that means something", () => {
    expect(codeOf(rsa(Buffer.of(1, 0, 1)))).toBe("accepted");
    for (const exponent of [Buffer.of(1), Buffer.of(2), Buffer.of(1, 0, 0), Buffer.alloc(9, 1)]) {
      expect(codeOf(rsa(exponent))).toBe("WEAK_KEY");
    }
  });

  it("has its numbers in their shortest form", () => {
    const padded = Buffer.concat([Buffer.of(0, 0), modulus]);
    const blob = Buffer.concat([wireString("ssh-rsa"), wirePositive(Buffer.of(3)), wireString(padded)]);
    expect(codeOf(blob)).toBe("MALFORMED_KEY");
    const negative = Buffer.concat([wireString("ssh-rsa"), wirePositive(Buffer.of(3)), wireString(modulus)]);
    expect(codeOf(negative)).toBe("MALFORMED_KEY");
  });
});

it("answers any bytes, and never throws", () => {
  const type = fc.constantFrom(
    "ssh-rsa",
    "ssh-ed25519",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "x",
  );
  fc.assert(
    fc.property(type, fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 4 }), (name, fields) => {
      const blob = Buffer.concat([name, ...fields].map((field) => wireString(field)));
      expect(codeOf(blob)).toMatch(/^(accepted|MALFORMED_KEY|UNSUPPORTED_KEY|WEAK_KEY)$/);
    }),
  );
});
