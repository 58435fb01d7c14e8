import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { armor } from "../../../test/integration/commits/security-key.ts";
import { encodeSshSignature, parseSshSignature } from "./sshsig.ts";
import { wireString, wireUint32 } from "./wire.ts";

const PARTS = {
  publicKey: Buffer.concat([wireString("ssh-ed25519"), wireString(Buffer.alloc(32, 1))]),
  namespace: "git",
  hashAlgorithm: "sha512",
  signatureType: "ssh-ed25519",
  signature: wireString(Buffer.alloc(64, 2)),
};
const BLOB = encodeSshSignature(PARTS);
const HONEST = armor(BLOB);

function codeOf(armored: string): string {
  const parsed = parseSshSignature(armored);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

describe("the armor", () => {
  it("is read as ssh-keygen writes it, with lines of any width", () => {
    expect(parseSshSignature(HONEST)).toMatchObject({
      ok: true,
      value: { namespace: "git", keyType: "ssh-ed25519" },
    });
    const wide = `-----BEGIN SSH SIGNATURE-----\n${BLOB.toString("base64")}\n-----END SSH SIGNATURE-----`;
    expect(codeOf(wide)).toBe("accepted");
  });

  it.each([
    ["nothing", ""],
    ["text before it", `x\n${HONEST}`],
    ["text after it", `${HONEST}x\n`],
    ["two of them", HONEST + HONEST],
    ["another label", HONEST.replaceAll("SSH SIGNATURE", "PGP SIGNATURE")],
    ["no end", HONEST.replace(/-----END.*/, "")],
    ["no content", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n"],
    ["a header", HONEST.replace("-----\n", "-----\nComment: x\n\n")],
    ["an empty line", HONEST.replace("-----\n", "-----\n\n")],
    ["line ends of another system", HONEST.replaceAll("\n", "\r\n")],
    ["a space in a line", HONEST.replace("U1NI", "U1 NI")],
    ["base64 of another alphabet", HONEST.replace("U1NI", "U1N_")],
    ["more than the limit", HONEST.replace("-----\n", `-----\n${"AAAA".repeat(20_000)}\n`)],
  ])("is not %s", (_, armored) => {
    expect(codeOf(armored)).toBe("MALFORMED_SIGNATURE");
  });

  it("may end with a line of padding alone, as ssh-keygen breaks lines", () => {
    const base64 = BLOB.toString("base64");
    expect(base64).toMatch(/[^=]=$/);
    const broken = (ending: string) =>
      `-----BEGIN SSH SIGNATURE-----\n${base64.slice(0, -1)}\n${ending}\n-----END SSH SIGNATURE-----\n`;
    expect(codeOf(broken("="))).toBe("accepted");
    expect(codeOf(broken("=="))).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(broken("=\nAAAA"))).toBe("MALFORMED_SIGNATURE");
  });

  it("has one spelling of its last characters", () => {
    const padded = armor(Buffer.from("SSHSIG!"));
    expect(padded).toContain("IQ==");
    for (const ending of ["IR==", "IQ=", "IQ", "IQ==="]) {
      expect(codeOf(padded.replace("IQ==", ending))).toBe("MALFORMED_SIGNATURE");
    }
  });
});

describe("the blob", () => {
  it.each([
    ["another magic", Buffer.concat([Buffer.from("SSHSIH"), BLOB.subarray(6)])],
    ["version 0", Buffer.concat([BLOB.subarray(0, 6), wireUint32(0), BLOB.subarray(10)])],
    ["version 2", Buffer.concat([BLOB.subarray(0, 6), wireUint32(2), BLOB.subarray(10)])],
    ["a byte after its end", Buffer.concat([BLOB, Buffer.of(0)])],
    [
      "a length beyond its end",
      Buffer.concat([BLOB.subarray(0, 10), wireUint32(0xffffffff), BLOB.subarray(14)]),
    ],
    ["a reserved field in use", withReserved("x")],
    ["a key without a type", encodeSshSignature({ ...PARTS, publicKey: Buffer.alloc(0) })],
    ["a namespace with a NUL", encodeSshSignature({ ...PARTS, namespace: "git\0" })],
  ])("is not one with %s", (_, blob) => {
    expect(codeOf(armor(blob))).toBe("MALFORMED_SIGNATURE");
  });

  it("is not one that ends early, wherever", () => {
    for (let length = 0; length < BLOB.length; length += 1) {
      expect(codeOf(armor(BLOB.subarray(0, length)))).toBe("MALFORMED_SIGNATURE");
    }
  });

  function withReserved(reserved: string): Buffer {
    const namespace = wireString(PARTS.namespace);
    const at = BLOB.indexOf(namespace) + namespace.length;
    return Buffer.concat([BLOB.subarray(0, at), wireString(reserved), BLOB.subarray(at + 4)]);
  }
});

it("answers any text, and never throws", () => {
  const line = fc.oneof(fc.base64String(), fc.string(), fc.constant("-----BEGIN SSH SIGNATURE-----"));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(["accepted", "MALFORMED_SIGNATURE"]).toContain(codeOf(lines.join("\n")));
    }),
  );
});
