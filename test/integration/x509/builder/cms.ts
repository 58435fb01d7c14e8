import { createHash } from "node:crypto";
import { contextTag, TAG } from "../../../../src/signatures/x509/der.ts";
import { HOUR, NOW } from "../../commits/objects.ts";
import { type Issued, pem } from "./certificate.ts";
import { der, explicit, integer, octets, oid, sequence, setOf, time } from "./der.ts";
import { DIGEST } from "./keys.ts";

export const DATA = "1.2.840.113549.1.7.1";
const SIGNED_DATA = "1.2.840.113549.1.7.2";

/** What may differ from a signature as gpgsm makes it. */
export interface CmsParts {
  /** Certificates that come along; the signer's alone where left out. */
  readonly certificates?: readonly Uint8Array[];
  /** In place of the signer's issuer and serial number. */
  readonly id?: { readonly version: number; readonly value: Uint8Array };
  readonly contentType?: string;
  /** What the message digest is of. */
  readonly digestOf?: Uint8Array;
  readonly signingTime?: number | undefined;
  readonly extraAttributes?: readonly Uint8Array[];
  readonly unsignedAttributes?: readonly Uint8Array[];
  readonly hash?: keyof typeof DIGEST;
  readonly signatureAlgorithm?: Uint8Array;
}

export function attribute(type: string, ...values: readonly Uint8Array[]): Buffer {
  return sequence(oid(type), setOf(...values));
}

/** A SignerInfo by `signer` over `payload`. */
export function signerInfo(
  payload: Uint8Array,
  signer: Issued,
  issuer: Pick<Issued, "name">,
  parts: CmsParts = {},
): Buffer {
  const { hash = signer.key.hash, contentType = DATA, digestOf = payload, extraAttributes = [] } = parts;
  const { version, value } = parts.id ?? { version: 1, value: sequence(issuer.name, signer.serialNumber) };
  const signingTime = "signingTime" in parts ? parts.signingTime : NOW - HOUR;
  const attributes = [
    attribute("1.2.840.113549.1.9.3", oid(contentType)),
    ...(signingTime === undefined ? [] : [attribute("1.2.840.113549.1.9.5", time(signingTime))]),
    attribute("1.2.840.113549.1.9.4", octets(createHash(hash).update(digestOf).digest())),
    ...extraAttributes,
  ];
  const signed = setOf(...attributes);
  const { unsignedAttributes } = parts;
  return sequence(
    integer(version),
    value,
    sequence(oid(DIGEST[hash])),
    Buffer.concat([Buffer.of(contextTag(0, "constructed")), signed.subarray(1)]),
    parts.signatureAlgorithm ?? signer.key.algorithm,
    octets(signer.key.sign(signed)),
    ...(unsignedAttributes === undefined ? [] : [explicit(1, ...unsignedAttributes)]),
  );
}

export interface ContainerParts {
  readonly certificates: readonly Uint8Array[];
  readonly signers: readonly Uint8Array[];
  readonly digests?: readonly (keyof typeof DIGEST)[];
  readonly version?: number;
  readonly contentType?: string;
  /** Content that the signature brings along. */
  readonly attached?: Uint8Array;
  /** Writes the outer layers: `der`, or `ber` as gpgsm does. */
  readonly wrap?: typeof der;
}

/** ContentInfo around SignedData, in DER. */
export function container(parts: ContainerParts): Buffer {
  const { certificates, signers, digests = ["sha256"], version = 1, contentType = DATA, wrap = der } = parts;
  const data = wrap(
    TAG.sequence,
    integer(version),
    setOf(...digests.map((name) => sequence(oid(DIGEST[name])))),
    wrap(
      TAG.sequence,
      oid(contentType),
      ...(parts.attached === undefined ? [] : [explicit(0, octets(parts.attached))]),
    ),
    ...(certificates.length === 0 ? [] : [explicit(0, ...certificates)]),
    der(TAG.set, ...signers),
  );
  return wrap(TAG.sequence, oid(SIGNED_DATA), wrap(contextTag(0, "constructed"), data));
}

export function armor(bytes: Uint8Array): string {
  return pem(bytes, "SIGNED MESSAGE");
}

/** One armored, detached signature. */
export function signCms(
  payload: Uint8Array,
  signer: Issued,
  issuer: Pick<Issued, "name">,
  parts: CmsParts = {},
): string {
  const { certificates = [signer.certificate], hash = signer.key.hash } = parts;
  const signers = [signerInfo(payload, signer, issuer, parts)];
  return armor(container({ certificates, signers, digests: [hash], version: parts.id?.version ?? 1 }));
}
