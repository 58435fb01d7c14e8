import { describe, expect, it } from "vitest";
import { authority, issue } from "../../../test/integration/x509/builder/certificate.ts";
import { parseKnownCertificate } from "./known-certificates.ts";

const root = authority(undefined);

describe("a certificate that was seen before", () => {
  it("is what it was, by its bytes alone", () => {
    const { certificate } = issue(root);
    const first = parseKnownCertificate(certificate);
    expect(parseKnownCertificate(Buffer.from(certificate))).toBe(first);
    expect(first.raw.equals(certificate)).toBe(true);
    const changed = Buffer.from(certificate);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    expect(parseKnownCertificate(changed)).not.toBe(first);
    expect(parseKnownCertificate(changed).fingerprint).not.toBe(first.fingerprint);
  });

  it("does not change with the bytes that it was read from", () => {
    const { certificate } = issue(root);
    const given = Buffer.from(certificate);
    const parsed = parseKnownCertificate(given);
    given.fill(0);
    expect(parsed.raw.equals(certificate)).toBe(true);
    expect(parseKnownCertificate(certificate)).toBe(parsed);
  });

  it("is forgotten once there are too many others, unless it was seen in between", () => {
    const [kept, dropped] = [issue(root).certificate, issue(root).certificate];
    const [first, second] = [parseKnownCertificate(kept), parseKnownCertificate(dropped)];
    const { key } = root;
    for (let number = 0; number < 255; number += 1) parseKnownCertificate(issue(root, { key }).certificate);
    expect(parseKnownCertificate(kept)).not.toBe(first);
    const again = parseKnownCertificate(kept);
    parseKnownCertificate(issue(root).certificate);
    expect(parseKnownCertificate(kept)).toBe(again);
    expect(parseKnownCertificate(dropped)).not.toBe(second);
  });

  it("is refused each time where it cannot be read", () => {
    for (let time = 0; time < 2; time += 1)
      expect(() => parseKnownCertificate(root.certificate.subarray(1))).toThrow();
  });
});
