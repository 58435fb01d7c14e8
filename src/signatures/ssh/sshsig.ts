import { createHash } from "node:crypto";
import { type Judged, passed, refused } from "../../refusal.ts";
import { armorLines, decodeBase64Lines, MAX_ARMOR_CHARACTERS } from "../armor.ts";
import { MalformedWire, WireReader, wireString, wireUint32 } from "./wire.ts";

export const SSH_ARMOR_LABEL = "SSH SIGNATURE";

/** What git signs under, so that a signature over a file or a mail is never one over a commit. */
export const GIT_NAMESPACE = "git";

const MAGIC = Buffer.from("SSHSIG");
const VERSION = 1;

export interface SshSignature {
  /** The signer's public key in wire form, as the signature claims it. */
  readonly publicKey: Uint8Array;
  readonly keyType: string;
  readonly namespace: string;
  readonly hashAlgorithm: string;
  /** The inner signature: its type, and what follows it. */
  readonly signatureType: string;
  readonly signature: Uint8Array;
}

/**
 * Parses the armored form of OpenSSH's PROTOCOL.sshsig:
 *
 *     byte[6] "SSHSIG"    uint32 version    string publickey    string namespace
 *     string  reserved    string hash_algorithm                 string signature
 *
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
 */
export function parseSshSignature(armored: string): Judged<SshSignature, "MALFORMED_SIGNATURE"> {
  const lines = armored.length <= MAX_ARMOR_CHARACTERS ? armorLines(armored, SSH_ARMOR_LABEL) : undefined;
  const blob = lines === undefined ? undefined : decodeBase64Lines(lines);
  if (blob === undefined) return malformed("not the armor of one SSH signature");
  try {
    return passed(readSignature(new WireReader(blob)));
  } catch (error) {
    if (!(error instanceof MalformedWire)) throw error;
    return malformed(error.message);
  }
}

function readSignature(reader: WireReader): SshSignature {
  if (!reader.raw(MAGIC.length).equals(MAGIC)) throw new MalformedWire("the magic preamble is missing");
  if (reader.uint32() !== VERSION) throw new MalformedWire(`a version other than ${VERSION}`);
  const publicKey = reader.string();
  const namespace = reader.text();
  // Readers are told to ignore it, and ssh-keygen verifies as if it were empty: nothing to allow for.
  if (reader.string().length !== 0) throw new MalformedWire("the reserved field is in use");
  const hashAlgorithm = reader.text();
  const inner = new WireReader(reader.string());
  reader.end();
  const keyType = new WireReader(publicKey).text();
  return {
    publicKey,
    keyType,
    namespace,
    hashAlgorithm,
    signatureType: inner.text(),
    signature: inner.rest(),
  };
}

export type SshHashAlgorithm = "sha256" | "sha512";

export function isSshHashAlgorithm(name: string): name is SshHashAlgorithm {
  return name === "sha256" || name === "sha512";
}

/** What the key signs: the same fields, with the message's hash in the place of the signature. */
export function signedData(namespace: string, hash: SshHashAlgorithm, message: Uint8Array): Buffer {
  return Buffer.concat([
    MAGIC,
    wireString(namespace),
    wireString(""),
    wireString(hash),
    wireString(createHash(hash).update(message).digest()),
  ]);
}

/** The bytes of an SSHSIG blob; the counterpart of {@link parseSshSignature} before its armor. */
export function encodeSshSignature(signature: Omit<SshSignature, "keyType">): Buffer {
  return Buffer.concat([
    MAGIC,
    wireUint32(VERSION),
    wireString(signature.publicKey),
    wireString(signature.namespace),
    wireString(""),
    wireString(signature.hashAlgorithm),
    wireString(Buffer.concat([wireString(signature.signatureType), signature.signature])),
  ]);
}

function malformed(message: string): ReturnType<typeof refused<"MALFORMED_SIGNATURE">> {
  return refused({
    code: "MALFORMED_SIGNATURE",
    subject: "SSH signature",
    message,
    remedy: "sign the commit again with `git commit --amend -S` and gpg.format=ssh",
  });
}
