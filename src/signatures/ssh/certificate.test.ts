import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ed25519 } from "../../../test/integration/commits/objects.ts";
import { MESSAGE, signCertified } from "../../../test/integration/ssh/authority.ts";
import {
  blobOf,
  type CertificateParts,
  encodeCertificate,
} from "../../../test/integration/ssh/certificate-blob.ts";
import { parseSshCertificate, type SshCertificate } from "./certificate.ts";
import { parseSshKeyLine } from "./key-line.ts";
import { buildSshKeyring } from "./keyring.ts";
import { parseSshPublicKey, type SshPublicKey } from "./public-key.ts";
import { toSshKeyLine } from "./sign.ts";
import { verifySshSignature } from "./verify.ts";
import { wireString } from "./wire.ts";

const key = ed25519();
const authority = ed25519();

function publicKey(of = authority): SshPublicKey {
  const parsed = parseSshPublicKey(blobOf(of));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function read(parts: CertificateParts = {}): SshCertificate {
  const parsed = parseSshCertificate(encodeCertificate(key, authority, parts));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function codeOf(blob: Uint8Array): string {
  const parsed = parseSshCertificate(blob);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

/** The verdict on a signature that shows the certificate, by a keyring that trusts the authority. */
function judge(
  certificate: Uint8Array,
  keyring = buildSshKeyring({ authorities: [publicKey()] }),
  by = key,
): string {
  const verdict = verifySshSignature(MESSAGE, signCertified(by, certificate), keyring);
  return verdict.ok ? "good" : verdict.code;
}

describe("a certificate", () => {
  it("says whose key it is about, for whom, until when, and who says so", () => {
    const parts = {
      serial: 7n,
      keyId: "alice's",
      principals: ["alice", "é"],
      validAfter: 10n,
      validBefore: 20n,
    };
    expect(read(parts)).toMatchObject({
      kind: "user",
      serial: 7n,
      keyId: "alice's",
      principals: ["alice", "é"],
      validAfter: 10_000,
      validBefore: 20_000,
      criticalOptions: [],
      key: { fingerprint: publicKey(key).fingerprint },
      authority: { fingerprint: publicKey().fingerprint },
    });
  });

  it("may be valid for ever, and at times that no calendar has", () => {
    expect(read()).toMatchObject({ validAfter: 0, validBefore: Number.POSITIVE_INFINITY });
    expect(read({ validAfter: 2n ** 63n })).toMatchObject({ validAfter: Number.POSITIVE_INFINITY });
  });

  it("may name as many as OpenSSH allows", () => {
    const principals = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);
    expect(read({ principals: principals(256) }).principals).toHaveLength(256);
    expect(codeOf(encodeCertificate(key, authority, { principals: principals(257) }))).toBe(
      "MALFORMED_CERTIFICATE",
    );
  });

  it.each<[string, CertificateParts, string]>([
    [
      "options in order",
      {
        extensions: [
          ["a", ""],
          ["b", ""],
        ],
      },
      "accepted",
    ],
    [
      "options out of order",
      {
        extensions: [
          ["b", ""],
          ["a", ""],
        ],
      },
      "MALFORMED_CERTIFICATE",
    ],
    [
      "an option twice",
      {
        criticalOptions: [
          ["a", ""],
          ["a", "x"],
        ],
      },
      "MALFORMED_CERTIFICATE",
    ],
    ["a reserved field in use", { reserved: "x" }, "MALFORMED_CERTIFICATE"],
    ["a nonce of 16 bytes", { nonce: Buffer.alloc(16) }, "accepted"],
    ["a shorter nonce", { nonce: Buffer.alloc(15) }, "MALFORMED_CERTIFICATE"],
    ["no nonce", { nonce: Buffer.alloc(0) }, "MALFORMED_CERTIFICATE"],
    ["a kind that is not defined", { kind: 3 }, "MALFORMED_CERTIFICATE"],
    ["an empty principal", { principals: [""] }, "MALFORMED_CERTIFICATE"],
    ["a principal with a NUL", { principals: ["alice\0x"] }, "MALFORMED_CERTIFICATE"],
    ["a principal that is not UTF-8", { principals: [Buffer.of(0xff)] }, "MALFORMED_CERTIFICATE"],
    ["a key id that is not UTF-8", { keyId: Buffer.of(0xff) }, "MALFORMED_CERTIFICATE"],
    ["a type that is not supported", { type: "ssh-dss-cert-v01@openssh.com" }, "UNSUPPORTED_CERTIFICATE"],
    ["a type of another length", { type: "ssh-rsa-cert-v01@openssh.com" }, "MALFORMED_CERTIFICATE"],
  ])("with %s", (_, parts, expected) => {
    expect(codeOf(encodeCertificate(key, authority, parts))).toBe(expected);
  });

  it("with bytes behind it is malformed", () => {
    const blob = encodeCertificate(key, authority);
    expect(codeOf(blob)).toBe("accepted");
    expect(codeOf(Buffer.concat([blob, Buffer.of(0)]))).toBe("MALFORMED_CERTIFICATE");
    expect(codeOf(blob.subarray(0, -1))).toBe("MALFORMED_CERTIFICATE");
  });
});

describe("a signature that shows a certificate", () => {
  const honest = encodeCertificate(key, authority);

  it("counts where the authority is trusted as one", () => {
    expect(judge(honest)).toBe("good");
    expect(judge(honest, buildSshKeyring({}))).toBe("UNKNOWN_AUTHORITY");
    expect(judge(honest, buildSshKeyring({ keys: [publicKey()] }))).toBe("UNKNOWN_AUTHORITY");
    expect(judge(honest, buildSshKeyring({ keys: [publicKey(key)] }))).toBe("UNKNOWN_AUTHORITY");
  });

  it("tells which key signed, and who vouches for it", () => {
    const keyring = buildSshKeyring({ authorities: [publicKey()] });
    expect(verifySshSignature(MESSAGE, signCertified(key, honest), keyring)).toMatchObject({
      ok: true,
      key: publicKey(key).fingerprint,
      trustedKey: publicKey().fingerprint,
      certified: { authorities: [publicKey().fingerprint], names: ["alice"] },
    });
  });

  it("is by the key that the certificate is about", () => {
    expect(judge(honest, undefined, authority)).toBe("BAD_SIGNATURE");
    expect(judge(honest, undefined, ed25519())).toBe("BAD_SIGNATURE");
  });

  it("does not make an authority's key one that signs", () => {
    const keyring = buildSshKeyring({ authorities: [publicKey()] });
    const verdict = verifySshSignature(MESSAGE, signCertified(authority, blobOf(authority)), keyring);
    expect(verdict.ok ? "good" : verdict.code).toBe("UNKNOWN_KEY");
  });

  it.each([
    ["a certificate: authorities form no chains", encodeCertificate(authority, ed25519())],
    ["an authority of an unknown kind", wireString("ssh-dss")],
    ["a damaged authority", blobOf(authority).subarray(0, -1)],
    ["no authority", Buffer.alloc(0)],
  ])("is refused by %s", (_, authorityBlob) => {
    expect(judge(encodeCertificate(key, authority, { authorityBlob }))).toBe("UNKNOWN_AUTHORITY");
  });

  it("is refused where somebody else names the authority", () => {
    const forged = encodeCertificate(key, ed25519(), { authorityBlob: blobOf(authority) });
    expect(judge(forged)).toBe("CERTIFICATE_INVALID");
  });

  it.each<[string, CertificateParts, string]>([
    ["for hosts", { kind: 2 }, "CERTIFICATE_INVALID"],
    ["that forces a command", { criticalOptions: [["force-command", "x"]] }, "CERTIFICATE_RESTRICTED"],
    ["that asks for a PIN", { criticalOptions: [["verify-required", ""]] }, "CERTIFICATE_RESTRICTED"],
    ["with an option of nobody's", { criticalOptions: [["x@bank.example", ""]] }, "CERTIFICATE_RESTRICTED"],
    ["with an extension of nobody's", { extensions: [["x@bank.example", ""]] }, "good"],
  ])("%s", (_, parts, expected) => {
    expect(judge(encodeCertificate(key, authority, parts))).toBe(expected);
  });
});

describe("any change at all to a certificate", () => {
  const honest = encodeCertificate(key, authority);

  it("is refused", () => {
    fc.assert(
      fc.property(fc.nat(honest.length - 1), fc.integer({ min: 1, max: 255 }), (index, flip) => {
        const changed = Buffer.from(honest);
        changed.writeUInt8(changed.readUInt8(index) ^ flip, index);
        expect(judge(changed)).not.toBe("good");
      }),
      { numRuns: 500 },
    );
  });

  it("into arbitrary bytes is answered, never thrown at", () => {
    const start = wireString("ssh-ed25519-cert-v01@openssh.com");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(codeOf(Buffer.concat([start, bytes]))).toBe("MALFORMED_CERTIFICATE");
      }),
    );
  });
});

it("a certificate's line is not that of a key", () => {
  const [, base64] = toSshKeyLine(key).split(" ");
  expect(parseSshKeyLine(`ssh-ed25519 ${base64}`).ok).toBe(true);
  const line = `ssh-ed25519-cert-v01@openssh.com ${encodeCertificate(key, authority).toString("base64")}`;
  const parsed = parseSshKeyLine(line);
  expect(parsed.ok ? "accepted" : parsed.refusals[0].code).toBe("UNSUPPORTED_KEY");
});
