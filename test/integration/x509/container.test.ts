import { describe, expect, it } from "vitest";
import { contextTag } from "../../../src/signatures/x509/der.ts";
import { HOUR, NOW } from "../commits/objects.ts";
import { authority, issue, subjectKeyId } from "./builder/certificate.ts";
import { armor, attribute, type CmsParts, container, signCms, signerInfo } from "./builder/cms.ts";
import { ber, der, octets, oid, sequence, time } from "./builder/der.ts";
import { DIGEST, ecdsa, ed25519, pss, rsa, type SigningKey } from "./builder/keys.ts";
import { codeOf, PAYLOAD } from "./judge.ts";

const root = authority(undefined);
const keyId = Buffer.from("0badcafe", "hex");
const alice = issue(root, { extensions: [subjectKeyId(keyId)] });
const certificates = [alice.certificate];
const genuine = signerInfo(PAYLOAD, alice, root);

const judge = (bytes: Uint8Array): string => codeOf(armor(bytes), { roots: [root] });
const codeWith = (parts: CmsParts): string => codeOf(signCms(PAYLOAD, alice, root, parts), { roots: [root] });

describe("the layers around a signature", () => {
  it("are DER, or the BER that gpgsm writes", () => {
    expect(judge(container({ certificates, signers: [genuine] }))).toBe("good");
    expect(judge(container({ certificates, signers: [genuine], wrap: ber }))).toBe("good");
  });

  it.each<[string, Buffer]>([
    [
      "have something after them",
      Buffer.concat([container({ certificates, signers: [genuine] }), Buffer.of(0)]),
    ],
    ["are cut off", container({ certificates, signers: [genuine] }).subarray(0, -1)],
    ["are another kind of message", sequence(oid("1.2.840.113549.1.7.1"), der(contextTag(0, "constructed")))],
    ["are of a version that is not in use", container({ certificates, signers: [genuine], version: 4 })],
    [
      "are about something other than data",
      container({ certificates, signers: [genuine], contentType: "1.2.840.113549.1.9.16.1.4" }),
    ],
    ["announce another digest", container({ certificates, signers: [genuine], digests: ["sha512"] })],
    ["bring the content along", container({ certificates, signers: [genuine], attached: PAYLOAD })],
    [
      "bring other content along",
      container({ certificates, signers: [genuine], attached: Buffer.from("other") }),
    ],
    [
      "hold more certificates than a chain has",
      container({ certificates: Array(17).fill(alice.certificate), signers: [genuine] }),
    ],
    [
      "hold what is no certificate",
      container({ certificates: [...certificates, sequence()], signers: [genuine] }),
    ],
  ])("are refused when they %s", (_, bytes) => {
    expect(judge(bytes)).toBe("MALFORMED_SIGNATURE");
  });

  it("are armored once, canonically", () => {
    const text = armor(container({ certificates, signers: [genuine] }));
    expect(codeOf(text, { roots: [root] })).toBe("good");
    expect(codeOf(text + text, { roots: [root] })).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(`x\n${text}`, { roots: [root] })).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(text.replaceAll("SIGNED MESSAGE", "PKCS7"), { roots: [root] })).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(text.replace("\n", "\n "), { roots: [root] })).toBe("MALFORMED_SIGNATURE");
    expect(codeOf(`${text}${"\n".repeat(70_000)}`, { roots: [root] })).toBe("MALFORMED_SIGNATURE");
  });
});

describe("what the signer says beside the signature", () => {
  const signingTime = attribute("1.2.840.113549.1.9.5", time(NOW - HOUR));

  it("is one content type, one digest and at most one time, and what is not known does no harm", () => {
    expect(codeWith({})).toBe("good");
    expect(codeWith({ signingTime: undefined })).toBe("good");
    expect(codeWith({ extraAttributes: [attribute("1.3.6.1.4.1.99999.1", octets())] })).toBe("good");
  });

  it.each<[string, CmsParts]>([
    ["another content type", { contentType: "1.2.840.113549.1.7.2" }],
    ["two times", { extraAttributes: [signingTime] }],
    [
      "a time of two values",
      {
        signingTime: undefined,
        extraAttributes: [attribute("1.2.840.113549.1.9.5", time(NOW), time(NOW - 1000))],
      },
    ],
    ["a second digest", { extraAttributes: [attribute("1.2.840.113549.1.9.4", octets(Buffer.alloc(32)))] }],
    ["a version that names nothing", { id: { version: 2, value: sequence(root.name, alice.serialNumber) } }],
  ])("is refused with %s", (_, parts) => {
    expect(codeWith(parts)).toBe("MALFORMED_SIGNATURE");
  });

  it("is signed too: nothing signed without attributes is taken", () => {
    const withoutAttributes = sequence(
      Buffer.from("020101", "hex"),
      sequence(root.name, alice.serialNumber),
      sequence(oid(DIGEST.sha256)),
      alice.key.algorithm,
      octets(alice.key.sign(PAYLOAD)),
    );
    expect(judge(container({ certificates, signers: [withoutAttributes] }))).toBe("MALFORMED_SIGNATURE");
  });

  it("is about these bytes", () => {
    expect(codeWith({ digestOf: PAYLOAD })).toBe("good");
    expect(codeWith({ digestOf: Buffer.concat([PAYLOAD, Buffer.from("\n")]) })).toBe("BAD_SIGNATURE");
    const changed = Buffer.from(PAYLOAD);
    changed.writeUInt8(changed.readUInt8(10) ^ 1, 10);
    expect(codeOf(signCms(PAYLOAD, alice, root), { roots: [root], payload: changed })).toBe("BAD_SIGNATURE");
  });
});

describe("algorithms", () => {
  const codeBy = (key: SigningKey, parts: CmsParts = {}): string => {
    const signer = issue(root, { key });
    return codeOf(signCms(PAYLOAD, signer, root, parts), { roots: [root] });
  };
  const rsaEncryption = sequence(oid("1.2.840.113549.1.1.1"), Buffer.of(5, 0));

  it.each<[string, SigningKey, CmsParts, string]>([
    ["ECDSA on P-256", ecdsa("P-256"), {}, "good"],
    ["ECDSA on P-384", ecdsa("P-384", "sha384"), {}, "good"],
    ["ECDSA on P-521", ecdsa("P-521", "sha512"), {}, "good"],
    ["ECDSA on secp256k1", ecdsa("secp256k1"), {}, "UNSUPPORTED_ALGORITHM"],
    ["ECDSA with SHA-1", ecdsa("P-256", "sha1"), {}, "WEAK_ALGORITHM"],
    ["RSA", rsa(), {}, "good"],
    ["RSA with its hash told by the digest", rsa(), { signatureAlgorithm: rsaEncryption }, "good"],
    ["RSA with SHA-512", rsa(2048, "sha512"), {}, "good"],
    ["RSA of 1024 bits", rsa(1024), {}, "WEAK_ALGORITHM"],
    ["RSA with SHA-1", rsa(2048, "sha1"), {}, "WEAK_ALGORITHM"],
    ["RSA with MD5", rsa(2048, "md5"), {}, "WEAK_ALGORITHM"],
    ["RSASSA-PSS", pss(), {}, "good"],
    ["RSASSA-PSS with a short salt", pss({ saltLength: 20 }), {}, "UNSUPPORTED_ALGORITHM"],
    ["RSASSA-PSS with two hashes", pss({ maskHash: "sha384" }), {}, "UNSUPPORTED_ALGORITHM"],
    ["Ed25519", ed25519(), {}, "good"],
    ["Ed25519 with another digest", ed25519(), { hash: "sha256" }, "UNSUPPORTED_ALGORITHM"],
    ["two hashes", ecdsa("P-256", "sha384"), { hash: "sha256" }, "UNSUPPORTED_ALGORITHM"],
    ["another key's algorithm", ecdsa(), { signatureAlgorithm: rsa().algorithm }, "BAD_SIGNATURE"],
  ])("%s", (_, key, parts, expected) => {
    expect(codeBy(key, parts)).toBe(expected);
  });
});
