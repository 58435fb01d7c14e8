import { type KeyObject, sign } from "node:crypto";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { wireString, wireUint32 } from "../../../src/signatures/ssh/wire.ts";

type Option = readonly [name: string, data: string];

export interface CertificateParts {
  readonly type?: string;
  readonly nonce?: Uint8Array;
  readonly serial?: bigint;
  readonly kind?: number;
  readonly keyId?: string | Uint8Array;
  readonly principals?: readonly (string | Uint8Array)[];
  /** Seconds. */
  readonly validAfter?: bigint;
  readonly validBefore?: bigint;
  readonly criticalOptions?: readonly Option[];
  readonly extensions?: readonly Option[];
  readonly reserved?: string;
  /** In wire form, in the place of the authority's. */
  readonly authorityBlob?: Uint8Array;
}

const FOREVER = 2n ** 64n - 1n;

export function blobOf(key: KeyObject): Buffer {
  return Buffer.from(toSshKeyLine(key).split(" ")[1] ?? "", "base64");
}

/** What an Ed25519 authority makes of an Ed25519 key, field by field: also what ssh-keygen would never make. */
export function encodeCertificate(
  key: KeyObject,
  authority: KeyObject,
  parts: CertificateParts = {},
): Buffer {
  const signed = Buffer.concat([
    wireString(parts.type ?? "ssh-ed25519-cert-v01@openssh.com"),
    wireString(parts.nonce ?? Buffer.alloc(32, 7)),
    wireString(blobOf(key).subarray(-32)),
    uint64(parts.serial ?? 1n),
    wireUint32(parts.kind ?? 1),
    wireString(parts.keyId ?? "id"),
    wireString(Buffer.concat((parts.principals ?? ["alice"]).map(wireString))),
    uint64(parts.validAfter ?? 0n),
    uint64(parts.validBefore ?? FOREVER),
    wireString(encodeOptions(parts.criticalOptions ?? [])),
    wireString(encodeOptions(parts.extensions ?? [["permit-pty", ""]])),
    wireString(parts.reserved ?? ""),
    wireString(parts.authorityBlob ?? blobOf(authority)),
  ]);
  return Buffer.concat([signed, wireString(ed25519Signature(authority, signed))]);
}

/** A signature as it stands in certificates and lists: `string type`, `string bytes`. */
export function ed25519Signature(key: KeyObject, data: Uint8Array): Buffer {
  return Buffer.concat([wireString("ssh-ed25519"), wireString(sign(null, data, key))]);
}

export function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function encodeOptions(options: readonly Option[]): Buffer {
  return Buffer.concat(options.flatMap(([name, data]) => [wireString(name), wireString(data)]));
}
