import { describe, expect, it } from "vitest";
import { parseX509Authorities, parseX509RevocationLists } from "../../../src/signatures/x509/material.ts";
import { DAY, NOW } from "../commits/objects.ts";
import {
  authority,
  basicConstraints,
  extension,
  issue,
  keyUsage,
  pem,
  revocationList,
} from "./builder/certificate.ts";
import { signCms } from "./builder/cms.ts";
import { integer, sequence } from "./builder/der.ts";
import { ecdsa } from "./builder/keys.ts";
import { codeOf, PAYLOAD } from "./judge.ts";

const root = authority(undefined);
const sub = authority(root, { name: "sub" });
const alice = issue(sub);
const bob = issue(sub, { name: "bob" });
const certificates = [alice.certificate, sub.certificate];
const signed = signCms(PAYLOAD, alice, sub, { certificates });
const codeWith = (...lists: readonly Uint8Array[]): string => codeOf(signed, { roots: [root], lists });

describe("a revocation list", () => {
  it("stops what it names, and nothing else", () => {
    expect(codeWith(revocationList(sub, []))).toBe("good");
    expect(codeWith(revocationList(sub, [bob]))).toBe("good");
    expect(codeWith(revocationList(sub, [bob, alice]))).toBe("KEY_REVOKED");
    expect(codeWith(revocationList(root, [sub]))).toBe("KEY_REVOKED");
  });

  it("speaks for its own issuer alone", () => {
    expect(codeWith(revocationList(root, [alice]))).toBe("good");
    expect(codeWith(revocationList(authority(undefined, { name: "other" }), [alice]))).toBe("good");
  });

  it("must be its issuer's own, and once there is one a good one is needed", () => {
    const forged = revocationList(sub, [], { signedBy: ecdsa() });
    expect(codeWith(forged)).toBe("REVOCATION_UNKNOWN");
    expect(codeWith(forged, revocationList(sub, []))).toBe("good");
  });

  it("must be current", () => {
    const from = NOW - 2 * DAY;
    expect(codeWith(revocationList(sub, [], { from, to: NOW + 1000 }))).toBe("good");
    expect(codeWith(revocationList(sub, [], { from, to: NOW }))).toBe("REVOCATION_UNKNOWN");
    expect(codeWith(revocationList(sub, [], { from: NOW + 1000 }))).toBe("REVOCATION_UNKNOWN");
  });

  it("does not forget what an older one said", () => {
    const older = revocationList(sub, [alice], { from: NOW - 2 * DAY, to: NOW - DAY });
    expect(codeWith(older, revocationList(sub, []))).toBe("KEY_REVOKED");
  });

  it("must be by an issuer that may make lists", () => {
    const issuerWith = (...flags: readonly number[]) => {
      const issuer = authority(undefined, { extensions: [basicConstraints(), keyUsage(...flags)] });
      const lists = [revocationList(issuer, [])];
      return codeOf(signCms(PAYLOAD, issue(issuer), issuer), { roots: [issuer], lists });
    };
    expect(issuerWith(5, 6)).toBe("good");
    expect(issuerWith(5)).toBe("REVOCATION_UNKNOWN");
  });
});

describe("files", () => {
  const lists = (...parts: readonly string[]) => parseX509RevocationLists(parts.join("")).ok;
  const authorities = (...parts: readonly string[]) => parseX509Authorities(parts.join("")).ok;
  const list = pem(revocationList(sub, []), "X509 CRL");

  it("hold lists of everything that an issuer issued", () => {
    const marked = (id: string, isCritical: boolean) =>
      pem(revocationList(sub, [], { extensions: [extension(id, integer(1), isCritical)] }), "X509 CRL");
    expect(lists(list, list)).toBe(true);
    expect(lists(marked("2.5.29.20", false))).toBe(true);
    expect(lists(marked("2.5.29.27", true))).toBe(false);
    expect(lists(pem(root.certificate))).toBe(false);
    expect(lists(pem(sequence(), "X509 CRL"))).toBe(false);
  });

  it("hold the certificates of authorities", () => {
    expect(authorities(pem(root.certificate))).toBe(true);
    expect(authorities("subject=CN = root\n", pem(root.certificate), "\r\n", pem(sub.certificate))).toBe(
      true,
    );
    expect(authorities(pem(root.certificate).replaceAll("\n", "\r\n"))).toBe(true);
  });

  it.each<[string, string]>([
    ["nothing", ""],
    ["a person's certificate", pem(alice.certificate)],
    ["a private key", pem(root.certificate) + pem(Buffer.of(1), "PRIVATE KEY")],
    [
      "an authority's certificate with something after it",
      pem(Buffer.concat([root.certificate, Buffer.of(0)])),
    ],
    ["half a block", pem(root.certificate).slice(0, -30)],
    ["a block in a block", pem(root.certificate).replace("\n", "\n-----BEGIN CERTIFICATE-----\n")],
    ["the end of a block", `-----END CERTIFICATE-----\n${pem(root.certificate)}`],
    ["what is not base64", pem(root.certificate).replace("\nMI", "\n*I")],
  ])("are refused with %s", (_, text) => {
    expect(authorities(text)).toBe(false);
  });
});
