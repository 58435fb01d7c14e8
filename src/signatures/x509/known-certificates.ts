import { hash } from "node:crypto";
import { type Certificate, parseCertificate } from "./certificate.ts";

/** More people and authorities than sign in one history; some 4 MiB at the most, and less than 1 in practice. */
const MAX_KNOWN = 256;

const known = new Map<string, Certificate>();

/**
 * Parses a certificate, or finds it parsed: a person's commits all bring the same ones, and importing a key costs more
 * than verifying with it. What is remembered is what the bytes say, and never whether anybody trusts it. Throws
 * MalformedDer.
 */
export function parseKnownCertificate(bytes: Uint8Array): Certificate {
  const fingerprint = hash("sha256", bytes, "hex");
  const found = known.get(fingerprint);
  // A copy: the bytes are part of a larger container, which must not live on with them.
  const certificate = found ?? parseCertificate(Buffer.from(bytes));
  // Used last, dropped last.
  known.delete(fingerprint);
  known.set(fingerprint, certificate);
  const [oldest] = known.keys();
  if (known.size > MAX_KNOWN && oldest !== undefined) known.delete(oldest);
  return certificate;
}
