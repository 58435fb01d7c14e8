import { type Judged, passed, refused } from "../../refusal.ts";
import { checkSignature, readTypedSignature, type SignatureOutcome } from "./check-signature.ts";
import {
  fingerprintOf,
  parseSshPublicKey,
  type SshKeyCode,
  type SshKeyType,
  type SshPublicKey,
} from "./public-key.ts";
import { MalformedWire, WireReader, wireString } from "./wire.ts";

/** An OpenSSH certificate, as it claims to be: {@link checkCertificate} tells whether its authority made it. */
export interface SshCertificate {
  /** The key that the certificate is about. */
  readonly key: SshPublicKey;
  readonly kind: "user" | "host";
  /** Zero where the authority gave none. */
  readonly serial: bigint;
  /** What the authority calls it, for logs and revocation. */
  readonly keyId: string;
  /** The names that the authority gives to whoever holds the key; matched exactly. */
  readonly principals: readonly string[];
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter: number;
  readonly validBefore: number;
  /** Names of restrictions that a verifier must enforce, or refuse. */
  readonly criticalOptions: readonly string[];
  /** The key that is said to have made it; not looked into, because only a trusted one of the same bytes counts. */
  readonly authority: Pick<SshPublicKey, "fingerprint" | "blob">;
  /** What the authority signed, and what it answered. */
  readonly signedBytes: Uint8Array;
  readonly signature: Uint8Array;
}

export type SshCertificateCode = "MALFORMED_CERTIFICATE" | "UNSUPPORTED_CERTIFICATE" | "WEAK_CERTIFICATE";

/** As OpenSSH has it (SSHKEY_CERT_MAX_PRINCIPALS). */
const MAX_PRINCIPALS = 256;
/** Made by the authority so that nobody can foresee what it signs; ssh-keygen makes 32 bytes. */
const MIN_NONCE_BYTES = 16;
/** The last second that a Date can name; what lies beyond is never reached. */
const LAST_SECOND = 8_640_000_000_000n;

const TYPE_SUFFIX = "-cert-v01@openssh.com";

/** How many strings make up a key of each type, between the nonce and the serial. */
const KEY_FIELDS: Readonly<Record<SshKeyType, number>> = {
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "ssh-rsa": 2,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

const CERTIFICATE_TYPES: ReadonlyMap<string, SshKeyType> = new Map(
  (Object.keys(KEY_FIELDS) as SshKeyType[]).map((type) => [
    `${type.replace("@openssh.com", "")}${TYPE_SUFFIX}`,
    type,
  ]),
);

const KEY_CODES: Readonly<Record<SshKeyCode, SshCertificateCode>> = {
  MALFORMED_KEY: "MALFORMED_CERTIFICATE",
  UNSUPPORTED_KEY: "UNSUPPORTED_CERTIFICATE",
  WEAK_KEY: "WEAK_CERTIFICATE",
};

/** Whether a key's type is that of a certificate, supported or not. */
export function isCertificateType(type: string): boolean {
  return type.endsWith(TYPE_SUFFIX);
}

/**
 * Parses a certificate in the encoding of OpenSSH's PROTOCOL.certkeys:
 *
 *     string type    string nonce    … the key's own fields …
 *     uint64 serial  uint32 kind     string key id          string principals (strings)
 *     uint64 valid after             uint64 valid before    (seconds)
 *     string critical options        string extensions      (name and data, sorted by name)
 *     string reserved                string authority's key string signature
 *
 * What would not encode back to the same bytes is malformed; so are, unlike for ssh-keygen, options out of
 * order or given twice, a reserved field in use, a nonce that anybody could foresee, and an empty principal.
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys
 */
export function parseSshCertificate(blob: Uint8Array): Judged<SshCertificate, SshCertificateCode> {
  try {
    return readCertificate(blob);
  } catch (error) {
    if (!(error instanceof MalformedWire)) throw error;
    return refuse("MALFORMED_CERTIFICATE", error.message);
  }
}

function readCertificate(blob: Uint8Array): Judged<SshCertificate, SshCertificateCode> {
  const reader = new WireReader(blob);
  const type = reader.text();
  const keyType = CERTIFICATE_TYPES.get(type);
  if (keyType === undefined) {
    return refuse("UNSUPPORTED_CERTIFICATE", `certificates of type ${type} are not supported`);
  }
  if (reader.string().length < MIN_NONCE_BYTES) {
    throw new MalformedWire(`a nonce of fewer than ${MIN_NONCE_BYTES} bytes`);
  }
  const fields = Array.from({ length: KEY_FIELDS[keyType] }, () => wireString(reader.string()));
  const key = parseSshPublicKey(Buffer.concat([wireString(keyType), ...fields]));
  const claims = readClaims(reader);
  const authority = reader.string();
  const signedBytes = blob.subarray(0, reader.offset);
  const signature = reader.string();
  reader.end();
  if (!key.ok) return refuse(KEY_CODES[key.refusals[0].code], key.refusals[0].message);
  return passed({
    ...claims,
    key: key.value,
    authority: { fingerprint: fingerprintOf(authority), blob: authority },
    signedBytes,
    signature,
  });
}

type Claims = Omit<SshCertificate, "key" | "authority" | "signedBytes" | "signature">;

function readClaims(reader: WireReader): Claims {
  const serial = reader.uint64();
  const kind = readKind(reader.uint32());
  const keyId = reader.utf8();
  const principals = readPrincipals(new WireReader(reader.string()));
  const validAfter = toMilliseconds(reader.uint64());
  const validBefore = toMilliseconds(reader.uint64());
  const criticalOptions = readOptions(new WireReader(reader.string()));
  // What they allow is about logging in; none of it is about signing.
  readOptions(new WireReader(reader.string()));
  if (reader.string().length !== 0) throw new MalformedWire("the reserved field is in use");
  return { serial, kind, keyId, principals, validAfter, validBefore, criticalOptions };
}

function readKind(kind: number): SshCertificate["kind"] {
  if (kind === 1) return "user";
  if (kind === 2) return "host";
  throw new MalformedWire("a certificate neither for users nor for hosts");
}

function readPrincipals(reader: WireReader): string[] {
  const principals: string[] = [];
  while (!reader.atEnd) {
    const principal = reader.utf8();
    if (principal === "") throw new MalformedWire("an empty principal");
    principals.push(principal);
    if (principals.length > MAX_PRINCIPALS) throw new MalformedWire(`more than ${MAX_PRINCIPALS} principals`);
  }
  return principals;
}

/** The names; what an option's data means, only whoever enforces it knows. */
function readOptions(reader: WireReader): string[] {
  const names: string[] = [];
  while (!reader.atEnd) {
    const name = reader.text();
    const previous = names.at(-1);
    if (previous !== undefined && previous >= name) throw new MalformedWire("options out of order, or twice");
    names.push(name);
    reader.string();
  }
  return names;
}

/** 2^64 - 1, and whatever no calendar reaches, is forever. */
function toMilliseconds(seconds: bigint): number {
  return seconds > LAST_SECOND ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
}

/** Whether `authority`, the key that is trusted as one, made the certificate. */
export function checkCertificate(
  { signedBytes, signature }: SshCertificate,
  authority: SshPublicKey,
): SignatureOutcome {
  try {
    return checkSignature(authority, readTypedSignature(signature), signedBytes);
  } catch (error) {
    if (error instanceof MalformedWire) return "malformed";
    throw error;
  }
}

function refuse(code: SshCertificateCode, message: string): Judged<never, SshCertificateCode> {
  return refused({
    code,
    subject: "SSH certificate",
    message,
    remedy:
      "have the certificate made again with `ssh-keygen -s`, from an ed25519, ECDSA or RSA (2048 bits) key",
  });
}
