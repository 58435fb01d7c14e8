import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import {
  type AlgorithmProblem,
  keyProblem,
  readAlgorithm,
  type SignatureAlgorithm,
  signatureAlgorithmOf,
} from "./algorithms.ts";
import { contextTag, type DerReader, MalformedDer, readAll, TAG } from "./der.ts";
import { readInteger, readOctetsOfBitString, readSmallInteger, readTime } from "./der-values.ts";
import { type Extensions, readExtensions } from "./extensions.ts";
import { type Name, readName } from "./name.ts";

/** An X.509 certificate reduced to what judging it needs. */
export interface Certificate {
  readonly raw: Buffer;
  /** SHA-256 over the whole, lower-case hexadecimal. */
  readonly fingerprint: string;
  /** The content octets of the INTEGER. */
  readonly serialNumber: Buffer;
  readonly subject: Name;
  readonly issuer: Name;
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter: number;
  readonly validBefore: number;
  /** Or what is wrong with the key as one that signs. */
  readonly key: KeyObject | AlgorithmProblem;
  readonly extensions: Extensions;
  /** What the issuer signed. */
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly signatureAlgorithm: SignatureAlgorithm | AlgorithmProblem;
}

/** More than any real certificate; an RSA-4096 one is under 3 KiB. */
const MAX_CERTIFICATE_BYTES = 16 * 1024;

const VERSION_3 = 2;

/** Parses one certificate in DER (RFC 5280 section 4.1); throws {@link MalformedDer}. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > MAX_CERTIFICATE_BYTES) throw new MalformedDer("a certificate out of all bounds");
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return readAll(raw, (reader) =>
    reader.within(TAG.sequence, (inner) => {
      const body = inner.element(TAG.sequence);
      const { signedWith, ...facts } = readAll(body.content, readBody);
      const algorithm = inner.element(TAG.sequence).raw;
      if (!algorithm.equals(signedWith))
        throw new MalformedDer("a certificate with two signature algorithms");
      return {
        raw,
        fingerprint: createHash("sha256").update(raw).digest("hex"),
        ...facts,
        signed: body.raw,
        signatureAlgorithm: signatureAlgorithmOf(readAll(algorithm, readAlgorithm)),
        signature: readOctetsOfBitString(inner),
      };
    }),
  );
}

type Body = Pick<
  Certificate,
  "serialNumber" | "subject" | "issuer" | "validAfter" | "validBefore" | "key" | "extensions"
> & {
  /** The algorithm once more, inside what is signed. */
  readonly signedWith: Buffer;
};

/** `TBSCertificate`. The unique identifiers of version 2 are in no use and not allowed for. */
function readBody(reader: DerReader): Body {
  const version = reader.within(contextTag(0, "constructed"), readSmallInteger);
  if (version !== VERSION_3) throw new MalformedDer("a certificate of a version other than 3");
  const serialNumber = readInteger(reader);
  const signedWith = reader.element(TAG.sequence).raw;
  const issuer = readName(reader);
  const { validAfter, validBefore } = reader.within(TAG.sequence, readValidity);
  const subject = readName(reader);
  const key = readKey(reader.element(TAG.sequence).raw);
  const extensions = reader.within(contextTag(3, "constructed"), readExtensions);
  return { serialNumber, signedWith, issuer, validAfter, validBefore, subject, key, extensions };
}

/** RFC 5280 section 4.1.2.5: `notAfter` names the last second that counts. */
function readValidity(reader: DerReader): Pick<Certificate, "validAfter" | "validBefore"> {
  return { validAfter: readTime(reader), validBefore: readTime(reader) + 1000 };
}

function readKey(spki: Buffer): KeyObject | AlgorithmProblem {
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return keyProblem(key) ?? key;
  } catch {
    return { code: "UNSUPPORTED_ALGORITHM", message: "a public key that cannot be read" };
  }
}
