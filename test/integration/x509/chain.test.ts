import { describe, expect, it } from "vitest";
import { DAY, HOUR, NOW } from "../commits/objects.ts";
import {
  alternativeNames,
  authority,
  authorityKeyId,
  basicConstraints,
  type CertificateParts,
  extendedKeyUsage,
  extension,
  type Issued,
  issue,
  keyUsage,
  PURPOSE,
  subjectKeyId,
} from "./builder/certificate.ts";
import { signCms } from "./builder/cms.ts";
import { der, sequence } from "./builder/der.ts";
import { ecdsa, rsa } from "./builder/keys.ts";
import { codeOf, judge, PAYLOAD } from "./judge.ts";

const root = authority(undefined);
const [DIGITAL_SIGNATURE, CONTENT_COMMITMENT, KEY_ENCIPHERMENT, KEY_CERT_SIGN, CRL_SIGN] = [0, 1, 2, 5, 6];

function codeOfSigner(parts: CertificateParts, issuer: Issued = root): string {
  return codeOf(signCms(PAYLOAD, issue(issuer, parts), issuer), { roots: [root] });
}

describe("who signed", () => {
  it("is said as the certificate says it", () => {
    const alice = issue(root, {
      extensions: [alternativeNames(["email", "alice@bank.example"], ["dns", "bank.example"])],
    });
    expect(judge(signCms(PAYLOAD, alice, root), { roots: [root] })).toMatchObject({
      ok: true,
      signedAt: NOW - HOUR,
      signer: { subject: "CN=alice", issuer: "CN=root", emails: ["alice@bank.example"] },
    });
  });

  it("is nobody outside the chain of a given root", () => {
    const stranger = authority(undefined);
    const signed = signCms(PAYLOAD, issue(stranger), stranger);
    expect(codeOf(signed, { roots: [stranger] })).toBe("good");
    expect(codeOf(signed, { roots: [root] })).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("shows no name that passes for another's", () => {
    const alice = issue(root, { name: "eve, CN=alice\n\u202e" });
    const verdict = judge(signCms(PAYLOAD, alice, root), { roots: [root] });
    expect(verdict.signer?.subject).toBe("CN=eve\\, CN\\=alice\\u{a}\\u{202e}");
  });
});

describe("what the signer's certificate is for", () => {
  it.each<[string, readonly Buffer[], string]>([
    ["nothing said", [], "good"],
    ["digital signatures", [keyUsage(DIGITAL_SIGNATURE)], "good"],
    ["content commitment", [keyUsage(CONTENT_COMMITMENT)], "good"],
    ["encipherment", [keyUsage(KEY_ENCIPHERMENT)], "KEY_NOT_FOR_SIGNING"],
    ["mail", [extendedKeyUsage(PURPOSE.emailProtection)], "good"],
    ["code", [extendedKeyUsage(PURPOSE.codeSigning)], "good"],
    ["anything", [extendedKeyUsage(PURPOSE.any)], "good"],
    ["servers", [extendedKeyUsage(PURPOSE.serverAuth)], "KEY_NOT_FOR_SIGNING"],
    ["servers and mail", [extendedKeyUsage(PURPOSE.serverAuth, PURPOSE.emailProtection)], "good"],
  ])("%s", (_, extensions, expected) => {
    expect(codeOfSigner({ extensions })).toBe(expected);
  });

  it("may be said in ways that do not matter, and in none that matter and are not understood", () => {
    const note = (isCritical: boolean) => extension("1.3.6.1.4.1.99999.1", sequence(), isCritical);
    expect(codeOfSigner({ extensions: [note(false)] })).toBe("good");
    expect(codeOfSigner({ extensions: [note(true)] })).toBe("CERTIFICATE_UNSUPPORTED");
    expect(codeOfSigner({ extensions: [note(false), note(false)] })).toBe("MALFORMED_SIGNATURE");
  });
});

describe("authorities between the signer and the root", () => {
  const sub = (parts: CertificateParts = {}, issuer = root) => authority(issuer, { name: "sub", ...parts });

  function codeThrough(between: Issued, judging = {}): string {
    const alice = issue(between);
    const certificates = [between.certificate, alice.certificate];
    return codeOf(signCms(PAYLOAD, alice, between, { certificates }), { roots: [root], ...judging });
  }

  it("may come with the signature, or be given", () => {
    const between = sub();
    expect(codeThrough(between)).toBe("good");
    const without = signCms(PAYLOAD, issue(between), between);
    expect(codeOf(without, { roots: [root], intermediates: [between] })).toBe("good");
    expect(codeOf(without, { roots: [root] })).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("add no trust of their own", () => {
    const between = sub();
    expect(codeThrough(between, { roots: [between] })).toBe("good");
    expect(codeThrough(between, { roots: [authority(undefined)], intermediates: [between] })).toBe(
      "CERTIFICATE_UNTRUSTED",
    );
  });

  it.each<[string, CertificateParts, string]>([
    ["for certificates", { extensions: [basicConstraints(), keyUsage(KEY_CERT_SIGN)] }, "good"],
    ["no authority", { extensions: [] }, "KEY_NOT_FOR_SIGNING"],
    ["for lists alone", { extensions: [basicConstraints(), keyUsage(CRL_SIGN)] }, "KEY_NOT_FOR_SIGNING"],
    ["for mail", { extensions: [basicConstraints(), extendedKeyUsage(PURPOSE.emailProtection)] }, "good"],
    [
      "for servers",
      { extensions: [basicConstraints(), extendedKeyUsage(PURPOSE.serverAuth)] },
      "KEY_NOT_FOR_SIGNING",
    ],
    ["not signed by its issuer", { signedBy: ecdsa() }, "CERTIFICATE_UNTRUSTED"],
    [
      "limited to some names",
      { extensions: [basicConstraints(), extension("2.5.29.30", sequence())] },
      "CERTIFICATE_UNSUPPORTED",
    ],
    ["expired", { to: NOW - 1 }, "KEY_EXPIRED"],
    ["of the future", { from: NOW + 1000 }, "KEY_NOT_YET_VALID"],
    [
      "signed with SHA-1",
      { signedBy: { ...ecdsa(), algorithm: ecdsa("P-256", "sha1").algorithm } },
      "WEAK_ALGORITHM",
    ],
    ["with a short RSA key", { key: rsa(1024) }, "WEAK_ALGORITHM"],
    ["with a key on another curve", { key: ecdsa("secp256k1") }, "UNSUPPORTED_ALGORITHM"],
  ])("%s", (_, parts, expected) => {
    expect(codeThrough(sub(parts))).toBe(expected);
  });

  it("are no more than the path length allows", () => {
    const allowing = (pathLength: number) =>
      authority(undefined, { extensions: [basicConstraints(pathLength)] });
    const code = (pathLength: number, depth: number): string => {
      const top = allowing(pathLength);
      const chain = [top];
      for (let level = 0; level < depth; level += 1) chain.push(sub({ name: `sub${level}` }, chain.at(-1)));
      const last = chain.at(-1) ?? top;
      const alice = issue(last);
      const certificates = [alice, ...chain].map(({ certificate }) => certificate);
      return codeOf(signCms(PAYLOAD, alice, last, { certificates }), { roots: [top] });
    };
    expect(code(0, 0)).toBe("good");
    expect(code(0, 1)).toBe("KEY_NOT_FOR_SIGNING");
    expect(code(1, 1)).toBe("good");
    expect(code(1, 2)).toBe("KEY_NOT_FOR_SIGNING");
    expect(code(9, 6)).toBe("good");
    expect(code(9, 7)).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("are told apart by their key identifiers", () => {
    const [first, second] = [Buffer.of(1), Buffer.of(2)];
    const named = (id: Buffer) => sub({ extensions: [basicConstraints(), subjectKeyId(id)] });
    const [right, wrong] = [named(first), named(second)];
    const alice = issue(right, { extensions: [authorityKeyId(first)] });
    const code = (...others: readonly Issued[]) =>
      codeOf(
        signCms(PAYLOAD, alice, right, {
          certificates: [alice, ...others].map(({ certificate }) => certificate),
        }),
        {
          roots: [root],
        },
      );
    expect(code(wrong, right)).toBe("good");
    expect(code(wrong)).toBe("CERTIFICATE_UNTRUSTED");
  });

  it("may be several of one name, of which one is good", () => {
    const [expired, current] = [sub({ to: NOW - 1 }), sub()];
    const alice = issue(current);
    const certificates = [expired, current, alice].map(({ certificate }) => certificate);
    expect(codeOf(signCms(PAYLOAD, alice, current, { certificates }), { roots: [root] })).toBe("good");
  });

  it("lead nowhere in a circle, and cost no more than a chain in a maze", () => {
    const maze = Array.from({ length: 14 }, () => issue({ ...root, name: root.name }, { name: "root" }));
    const alice = issue(maze[0]);
    const certificates = [alice, ...maze].map(({ certificate }) => certificate);
    const stranger = authority(undefined, { name: "elsewhere" });
    const signed = signCms(PAYLOAD, alice, root, { certificates });
    expect(codeOf(signed, { roots: [stranger] })).toBe("CERTIFICATE_UNTRUSTED");
  });
});

describe("the root", () => {
  it.each<[string, CertificateParts, string]>([
    ["of the present", {}, "good"],
    ["that has expired", { to: NOW - 1 }, "KEY_EXPIRED"],
    ["not for certificates", { extensions: [basicConstraints(), keyUsage(CRL_SIGN)] }, "KEY_NOT_FOR_SIGNING"],
    [
      "signed with SHA-1, which does not matter",
      { signedBy: { ...ecdsa(), algorithm: ecdsa("P-256", "sha1").algorithm } },
      "good",
    ],
  ])("%s", (_, parts, expected) => {
    const given = authority(undefined, parts);
    expect(codeOf(signCms(PAYLOAD, issue(given), given), { roots: [given] })).toBe(expected);
  });
});

describe("when a certificate is valid", () => {
  const [from, to] = [NOW - 10 * DAY, NOW - 5 * DAY];
  const alice = issue(root, { from, to });
  const code = (signingTime: number | undefined, claimed: number, now: number) =>
    codeOf(signCms(PAYLOAD, alice, root, { signingTime }), { roots: [root], claimed, now });

  it("it must be so when the commit claims to be made, when the signature does, and now", () => {
    expect(code(from, from, from)).toBe("good");
    expect(code(to, to, to)).toBe("good");
    expect(code(undefined, to, to)).toBe("good");
    expect(code(from, from, to + 1000)).toBe("KEY_EXPIRED");
    expect(code(from, to + 1000, to)).toBe("KEY_EXPIRED");
    expect(code(to + 1000, from, to)).toBe("KEY_EXPIRED");
    expect(code(from, from - 1000, to)).toBe("KEY_NOT_YET_VALID");
    expect(code(from - 1000, from, to)).toBe("KEY_NOT_YET_VALID");
    expect(code(from, from, from - 1000)).toBe("KEY_NOT_YET_VALID");
  });

  it("does not help a signature from the future", () => {
    const code = (signingTime: number) =>
      codeOf(signCms(PAYLOAD, issue(root), root, { signingTime }), { roots: [root] });
    expect(code(NOW + DAY)).toBe("good");
    expect(code(NOW + DAY + 1000)).toBe("SIGNATURE_IN_FUTURE");
  });
});

it("does not take addresses that a policy could not compare", () => {
  const withName = (text: string) => codeOfSigner({ extensions: [alternativeNames(["email", text])] });
  expect(withName("alice@bank.example")).toBe("good");
  expect(withName("alice@bank.example\0.evil.example")).toBe("MALFORMED_SIGNATURE");
  expect(withName("alice")).toBe("MALFORMED_SIGNATURE");
  expect(codeOfSigner({ extensions: [extension("2.5.29.17", der(0x31))] })).toBe("MALFORMED_SIGNATURE");
});
