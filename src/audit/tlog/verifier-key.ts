import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { AuditError } from "../error.ts";
import { rawPublicKey } from "../signer.ts";
import { parseBase64, toBase64 } from "./base64.ts";

/** A public key under the name that it signs notes with (https://c2sp.org/signed-note). */
export interface VerifierKey {
  readonly name: string;
  /** The first four bytes of a hash: a hint which key to try, no more. */
  readonly id: number;
  readonly publicKey: KeyObject;
}

/** The signature type byte of Ed25519. */
const ED25519 = 0x01;
const ED25519_KEY_BYTES = 32;

/** Non-empty, and without the characters that separate names from what follows them. */
export function isKeyName(name: string): boolean {
  return name !== "" && name.isWellFormed() && !/[+\p{White_Space}\p{Cc}]/u.test(name);
}

export function verifierKey(name: string, publicKey: KeyObject): VerifierKey {
  if (!isKeyName(name)) {
    throw new AuditError(
      "MALFORMED_ORIGIN",
      "the name of a log has neither spaces nor `+`, and is not empty",
      {
        remedy: "use a URL without scheme, such as bank.example/audit",
      },
    );
  }
  return { name, id: noteKeyId(name, typedKey(publicKey)), publicKey };
}

/** `<name>+<key id, 8 hex digits>+<base64(0x01 ‖ key)>`: the text that verifiers are given. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id.toString(16).padStart(8, "0")}+${toBase64(typedKey(key.publicKey))}`;
}

/** Undefined for anything that {@link formatVerifierKey} would not write, an unknown key type included. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  // Base64 may hold a `+` of its own, so only the first two separate.
  const { name = "", encoded = "" } =
    /^(?<name>[^+]+)\+[0-9a-f]{8}\+(?<encoded>.+)$/.exec(text)?.groups ?? {};
  const typed = parseBase64(encoded);
  if (!isKeyName(name) || typed === undefined) return undefined;
  if (typed.length !== 1 + ED25519_KEY_BYTES || typed[0] !== ED25519) return undefined;
  const x = Buffer.from(typed.subarray(1)).toString("base64url");
  const key = verifierKey(name, createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }));
  return formatVerifierKey(key) === text ? key : undefined;
}

function typedKey(publicKey: KeyObject): Uint8Array {
  return Buffer.concat([Uint8Array.of(ED25519), rawPublicKey(publicKey)]);
}

function noteKeyId(name: string, typed: Uint8Array): number {
  return createHash("sha256").update(`${name}\n`).update(typed).digest().readUInt32BE(0);
}
