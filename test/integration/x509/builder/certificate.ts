import { createPublicKey } from "node:crypto";
import { contextTag } from "../../../../src/signatures/x509/der.ts";
import { DAY, NOW } from "../../commits/objects.ts";
import { bits, der, explicit, integer, octets, oid, sequence, setOf, TRUE, time, utf8 } from "./der.ts";
import { ecdsa, type SigningKey } from "./keys.ts";

export interface Issued {
  readonly certificate: Buffer;
  readonly key: SigningKey;
  readonly name: Buffer;
  /** In DER. */
  readonly serialNumber: Buffer;
}

export interface CertificateParts {
  readonly name?: string;
  readonly key?: SigningKey;
  /** Milliseconds; `to` is the last second that counts. */
  readonly from?: number;
  readonly to?: number;
  readonly extensions?: readonly Uint8Array[];
  readonly version?: number;
  /** Signs instead of the issuer's key. */
  readonly signedBy?: SigningKey;
}

/** `CN=name` */
export function commonName(name: string): Buffer {
  return sequence(setOf(sequence(oid("2.5.4.3"), utf8(name))));
}

let serial = 1000;

/** A certificate, signed by its issuer, or by itself where there is none. */
export function issue(issuer: Issued | undefined, parts: CertificateParts = {}): Issued {
  const { name: text = "alice", key = ecdsa(), from = NOW - 30 * DAY, to = NOW + 30 * DAY } = parts;
  const { extensions = [], version = 2 } = parts;
  const name = commonName(text);
  serial += 1;
  const serialNumber = integer(serial);
  const signer = parts.signedBy ?? issuer?.key ?? key;
  const body = sequence(
    explicit(0, integer(version)),
    serialNumber,
    signer.algorithm,
    issuer?.name ?? name,
    sequence(time(from), time(to)),
    name,
    createPublicKey(key.key).export({ type: "spki", format: "der" }),
    explicit(3, sequence(...extensions)),
  );
  const certificate = sequence(body, signer.algorithm, bits(signer.sign(body)));
  return { certificate, key, name, serialNumber };
}

/** Its name, a key, and what makes it one. */
export function authority(issuer: Issued | undefined, parts: CertificateParts = {}): Issued {
  return issue(issuer, { name: "root", extensions: [basicConstraints()], ...parts });
}

export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [TRUE] : []), octets(value));
}

export function basicConstraints(pathLength?: number): Buffer {
  return extension(
    "2.5.29.19",
    sequence(TRUE, ...(pathLength === undefined ? [] : [integer(pathLength)])),
    true,
  );
}

/** By the numbers of the bits. */
export function keyUsage(...flags: readonly number[]): Buffer {
  const highest = Math.max(...flags);
  const octet = flags.reduce((sum, flag) => sum | (0x80 >> flag), 0);
  return extension("2.5.29.15", bits(Buffer.of(octet), 7 - highest), true);
}

export const PURPOSE = {
  serverAuth: "1.3.6.1.5.5.7.3.1",
  codeSigning: "1.3.6.1.5.5.7.3.3",
  emailProtection: "1.3.6.1.5.5.7.3.4",
  any: "2.5.29.37.0",
} as const;

export function extendedKeyUsage(...purposes: readonly string[]): Buffer {
  return extension("2.5.29.37", sequence(...purposes.map(oid)));
}

export function subjectKeyId(id: Uint8Array): Buffer {
  return extension("2.5.29.14", octets(id));
}

export function authorityKeyId(id: Uint8Array): Buffer {
  return extension("2.5.29.35", sequence(der(contextTag(0, "primitive"), id)));
}

const GENERAL_NAME = { email: 1, dns: 2, uri: 6 } as const;

export function alternativeNames(
  ...names: readonly (readonly [keyof typeof GENERAL_NAME, string])[]
): Buffer {
  const encoded = names.map(([kind, text]) =>
    der(contextTag(GENERAL_NAME[kind], "primitive"), Buffer.from(text)),
  );
  return extension("2.5.29.17", sequence(...encoded));
}

export function pem(bytes: Uint8Array, label = "CERTIFICATE"): string {
  const lines = Buffer.from(bytes)
    .toString("base64")
    .replace(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}

/** A revocation list, signed by the issuer. */
export function revocationList(
  issuer: Issued,
  revoked: readonly Issued[],
  { from = NOW - DAY, to = NOW + DAY, extensions = [] as readonly Uint8Array[], signedBy = issuer.key } = {},
): Buffer {
  const entries = revoked.map(({ serialNumber }) => sequence(serialNumber, time(from)));
  const body = sequence(
    integer(1),
    signedBy.algorithm,
    issuer.name,
    time(from),
    time(to),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    ...(extensions.length === 0 ? [] : [explicit(0, sequence(...extensions))]),
  );
  return sequence(body, signedBy.algorithm, bits(signedBy.sign(body)));
}
