import { type Judged, passed, type Refusal, refused } from "../../../refusal.ts";
import { decodeBase64Lines } from "../../armor.ts";
import { isCertificateType, parseSshCertificate } from "../certificate.ts";
import { fingerprintOf, parseSshPublicKey } from "../public-key.ts";
import { MalformedWire, WireReader } from "../wire.ts";
import { KRL_MAGIC, type KrlCode, MAX_KRL_BYTES, parseKrl } from "./krl.ts";
import type { RevokedKeys } from "./revoked-keys.ts";

export type RevocationsCode = KrlCode | "MALFORMED_REVOKED_KEYS";

/**
 * Reads what ssh takes as `RevokedKeys` and git as `gpg.ssh.revocationFile`: a KRL, or a text file with one public
 * key a line. A key in such a file is revoked together with all certificates about it or by it.
 */
export function readRevocations(bytes: Uint8Array): Judged<RevokedKeys, RevocationsCode> {
  const isKrl = KRL_MAGIC.equals(bytes.subarray(0, KRL_MAGIC.length));
  return isKrl ? parseKrl(bytes) : parseRevokedKeyLines(bytes);
}

function parseRevokedKeyLines(bytes: Uint8Array): Judged<RevokedKeys, "MALFORMED_REVOKED_KEYS"> {
  if (bytes.length > MAX_KRL_BYTES) return refused(malformed(1, `more than ${MAX_KRL_BYTES} bytes`));
  const fingerprints = new Set<string>();
  const problems: Refusal<"MALFORMED_REVOKED_KEYS">[] = [];
  for (const [index, line] of Buffer.from(bytes).toString("latin1").split("\n").entries()) {
    const content = line.replace(/^[ \t]+|[ \t\r]+$/g, "");
    if (content === "" || content.startsWith("#")) continue;
    const fingerprint = fingerprintOfLine(content);
    if (fingerprint === undefined)
      problems.push(malformed(index + 1, "expected a public key, or a certificate"));
    else fingerprints.add(fingerprint);
  }
  const [first, ...others] = problems;
  if (first !== undefined) return refused(first, ...others);
  return passed({ fingerprints, sha1s: new Set(), certificates: new Map() });
}

/** Also of keys of types that are not supported: a revoked key need not be understood. */
function fingerprintOfLine(line: string): string | undefined {
  const [type = "", base64 = ""] = line.split(/[ \t]+/, 2);
  const blob = decodeBase64Lines([base64]);
  if (blob === undefined || typeOf(blob) !== type) return undefined;
  if (isCertificateType(type)) {
    const certificate = parseSshCertificate(blob);
    return certificate.ok ? certificate.value.key.fingerprint : undefined;
  }
  const key = parseSshPublicKey(blob);
  return !key.ok && key.refusals[0].code === "MALFORMED_KEY" ? undefined : fingerprintOf(blob);
}

function typeOf(blob: Uint8Array): string | undefined {
  try {
    return new WireReader(blob).text();
  } catch (error) {
    if (error instanceof MalformedWire) return undefined;
    throw error;
  }
}

function malformed(line: number, message: string): Refusal<"MALFORMED_REVOKED_KEYS"> {
  return {
    code: "MALFORMED_REVOKED_KEYS",
    subject: `line ${line}`,
    message: `line ${line}: ${message}`,
    remedy: "give a KRL (`ssh-keygen -k`), or a file with one public key a line",
  };
}
