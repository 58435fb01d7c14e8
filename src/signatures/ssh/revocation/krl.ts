import { type Judged, passed, refused } from "../../../refusal.ts";
import { checkSignature, readTypedSignature } from "../check-signature.ts";
import { fingerprintOf, parseSshPublicKey, toFingerprint } from "../public-key.ts";
import { MalformedWire, WireReader } from "../wire.ts";
import { readRevokedCertificates } from "./krl-certificates.ts";
import { EntryBudget, skipExtension, UnsupportedKrl } from "./krl-parts.ts";
import { ANY_AUTHORITY, isRevoked, type RevokedCertificates, type RevokedKeys } from "./revoked-keys.ts";

/** A key revocation list, as `ssh-keygen -k` writes it. */
export interface Krl extends RevokedKeys {
  /** Rises with every change, if whoever keeps the list sees to it. */
  readonly version: bigint;
  /** Seconds since the epoch. */
  readonly generatedAt: bigint;
  readonly comment: string;
  /** Fingerprints of the keys whose signatures over the list are good. Nothing says that they are trusted. */
  readonly signedBy: readonly string[];
}

export type KrlCode = "MALFORMED_KRL" | "UNSUPPORTED_KRL" | "BAD_KRL_SIGNATURE";

/** Room for some 400,000 keys. */
export const MAX_KRL_BYTES = 16 * 1024 * 1024;

export const KRL_MAGIC = Buffer.from("SSHKRL\n\0");
const FORMAT_VERSION = 1;
const SHA1_BYTES = 20;
const SHA256_BYTES = 32;

const Section = {
  certificates: 1,
  explicitKeys: 2,
  sha1Fingerprints: 3,
  signature: 4,
  sha256Fingerprints: 5,
  extension: 255,
} as const;

/**
 * Parses a list in the format of OpenSSH's PROTOCOL.krl:
 *
 *     uint64 magic   uint32 format version   uint64 version   uint64 generated   uint64 flags
 *     string reserved                        string comment   … sections: byte type, string data …
 *
 * A list that cannot be read whole is refused whole: what it would have revoked is not known. Signatures, which
 * ssh-keygen cannot make, come last; each must be good over all that stands before it.
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.krl
 */
export function parseKrl(bytes: Uint8Array): Judged<Krl, KrlCode> {
  if (bytes.length > MAX_KRL_BYTES) return refuse("MALFORMED_KRL", `more than ${MAX_KRL_BYTES} bytes`);
  try {
    return new KrlParser(bytes).parse();
  } catch (error) {
    if (error instanceof MalformedWire) return refuse("MALFORMED_KRL", error.message);
    if (error instanceof UnsupportedKrl) return refuse("UNSUPPORTED_KRL", error.message);
    throw error;
  }
}

class KrlParser {
  readonly #bytes: Uint8Array;
  readonly #reader: WireReader;
  readonly #budget = new EntryBudget();
  readonly #lists = {
    fingerprints: new Set<string>(),
    sha1s: new Set<string>(),
    certificates: new Map<string, RevokedCertificates>(),
  };
  readonly #signers = new Set<string>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#reader = new WireReader(bytes);
  }

  parse(): Judged<Krl, KrlCode> {
    const header = readHeader(this.#reader);
    while (!this.#reader.atEnd) {
      const type = this.#reader.byte();
      const data = this.#reader.string();
      if (type === Section.signature) {
        const problem = this.#checkSignature(data);
        if (problem !== undefined) return refuse("BAD_KRL_SIGNATURE", problem);
      } else if (this.#signers.size > 0) {
        throw new MalformedWire("a section behind the signatures, which cover none of it");
      } else {
        this.#readSection(type, new WireReader(data));
      }
    }
    return passed({ ...header, ...this.#lists, signedBy: [...this.#signers] });
  }

  #readSection(type: number, reader: WireReader): void {
    const { fingerprints, sha1s } = this.#lists;
    switch (type) {
      case Section.certificates:
        this.#readCertificates(reader);
        break;
      case Section.explicitKeys:
        this.#readAll(reader, (key) => fingerprints.add(fingerprintOf(key)));
        break;
      case Section.sha1Fingerprints:
        this.#readAll(reader, (digest) => sha1s.add(requireLength(digest, SHA1_BYTES).toString("hex")));
        break;
      case Section.sha256Fingerprints:
        this.#readAll(reader, (digest) =>
          fingerprints.add(toFingerprint(requireLength(digest, SHA256_BYTES))),
        );
        break;
      case Section.extension:
        skipExtension(reader);
        break;
      default:
        throw new UnsupportedKrl(`a section of type ${type}`);
    }
  }

  #readAll(reader: WireReader, add: (entry: Buffer) => void): void {
    while (!reader.atEnd) {
      this.#budget.take();
      add(reader.string());
    }
  }

  #readCertificates(reader: WireReader): void {
    const key = reader.string();
    const id = key.length === 0 ? ANY_AUTHORITY : authorityId(key);
    if (reader.string().length !== 0) throw new MalformedWire("a reserved field is in use");
    const { certificates } = this.#lists;
    certificates.set(id, readRevokedCertificates(reader, certificates.get(id), this.#budget));
  }

  /** The signature is over all bytes before it, the key that made it included. */
  #checkSignature(keyBlob: Buffer): string | undefined {
    const signed = this.#bytes.subarray(0, this.#reader.offset);
    const signature = readTypedSignature(this.#reader.string());
    const key = parseSshPublicKey(keyBlob);
    if (!key.ok) return key.refusals[0].message;
    const { fingerprint } = key.value;
    if (this.#signers.has(fingerprint)) return `${fingerprint} signed it twice`;
    if (checkSignature(key.value, signature, signed) !== "good") return `${fingerprint} did not sign it`;
    if (isRevoked(this.#lists, key.value)) return `${fingerprint}, which signed it, is revoked in it`;
    this.#signers.add(fingerprint);
    return undefined;
  }
}

type Header = Pick<Krl, "version" | "generatedAt" | "comment">;

function readHeader(reader: WireReader): Header {
  if (!reader.raw(KRL_MAGIC.length).equals(KRL_MAGIC)) throw new MalformedWire("the magic number is missing");
  const format = reader.uint32();
  if (format !== FORMAT_VERSION) throw new UnsupportedKrl(`format version ${format}`);
  const version = reader.uint64();
  const generatedAt = reader.uint64();
  if (reader.uint64() !== 0n) throw new UnsupportedKrl("flags, of which none are defined");
  if (reader.string().length !== 0) throw new MalformedWire("a reserved field is in use");
  return { version, generatedAt, comment: reader.utf8() };
}

/** Two encodings of one authority would be two authorities here, and one for OpenSSH. */
function authorityId(blob: Buffer): string {
  const key = parseSshPublicKey(blob);
  if (!key.ok && key.refusals[0].code === "MALFORMED_KEY") throw new MalformedWire(key.refusals[0].message);
  return fingerprintOf(blob);
}

function requireLength(digest: Buffer, length: number): Buffer {
  if (digest.length !== length) throw new MalformedWire(`a digest of other than ${length} bytes`);
  return digest;
}

function refuse(code: KrlCode, message: string): Judged<never, KrlCode> {
  return refused({
    code,
    subject: "key revocation list",
    message,
    remedy: "make the list again with `ssh-keygen -k`",
  });
}
