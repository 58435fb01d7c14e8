import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { formatVerifierKey, publicKeyPem, verifierKey } from "../audit/index.ts";
import { OWNER_ONLY, READABLE, writeKeyFiles } from "./key-file.ts";

/** The files of an audit log's key. */
export function auditKeyPaths(prefix: string) {
  return { verifierKey: `${prefix}.vkey`, publicKey: `${prefix}.pub`, key: `${prefix}.key` };
}

export interface AuditKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  /** In the order in which they were written. */
  readonly paths: readonly string[];
}

/** Makes the key of a log, and writes its files. Throws EXISTS, UNWRITABLE or MALFORMED_ORIGIN. */
export async function createAuditKey(prefix: string, origin: string): Promise<AuditKey> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const vkey = formatVerifierKey(verifierKey(origin, publicKey));
  const paths = auditKeyPaths(prefix);
  const files = [
    { path: paths.verifierKey, content: `${vkey}\n`, mode: READABLE },
    { path: paths.publicKey, content: publicKeyPem(publicKey), mode: READABLE },
    { path: paths.key, content: privatePem(privateKey), mode: OWNER_ONLY },
  ];
  await writeKeyFiles(files);
  return { privateKey, publicKey, paths: files.map(({ path }) => path) };
}

export function privatePem(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A name for a log that nobody named: unlike any other, so that two logs are never taken for one. */
export function localOrigin(): string {
  return `sluice.local/${randomBytes(4).toString("hex")}`;
}
