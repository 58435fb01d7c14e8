import type { TransparencyLogEntry } from "@sigstore/bundle";
import canonicalize from "canonicalize";
import type { CmsSignature } from "../x509/cms.ts";
import { type DerElement, readAll, TAG } from "../x509/der.ts";
import { MalformedMessage, Message } from "./protobuf.ts";

/** The unsigned attribute in which gitsign keeps Rekor's answer. */
export const LOG_ENTRY_ATTRIBUTE = "1.3.6.1.4.1.57264.3.1";

/** The one kind that gitsign makes. */
const KIND = { kind: "hashedrekord", version: "0.0.1" } as const;

/** Field numbers of sigstore's `rekor.v1` messages, protobuf-specs `sigstore_rekor.proto`. */
const ENTRY = {
  logIndex: 1,
  logId: 2,
  kindVersion: 3,
  integratedTime: 4,
  promise: 5,
  proof: 6,
  body: 7,
} as const;
const PROOF = { logIndex: 1, rootHash: 2, treeSize: 3, hashes: 4, checkpoint: 5 } as const;
const FIRST = 1;
const SECOND = 2;

/** A tree of 2^64 leaves. */
const MAX_HASHES = 64;
const MAX_CHECKPOINT_BYTES = 16 * 1024;
const SHA256_BYTES = 32;

/**
 * The log entry that came with a signature, as one about *this* signature: gitsign leaves the logged body out, and
 * here it is written anew from signature, certificate and what was signed. A proof for any other body
 * does not fit. Nothing is verified about the rest. Throws {@link MalformedMessage} and MalformedDer.
 */
export function readLogEntry(
  attribute: DerElement,
  { certificate, signer }: CmsSignature,
  digest: Buffer,
): TransparencyLogEntry {
  const entry = new Message(readAll(attribute.content, (reader) => reader.content(TAG.octetString)));
  const kindVersion = entry.message(ENTRY.kindVersion);
  const isKnown =
    textOf(kindVersion.required(FIRST)) === KIND.kind &&
    textOf(kindVersion.required(SECOND)) === KIND.version;
  if (!isKnown) throw new MalformedMessage("an entry of a kind other than hashedrekord 0.0.1");
  const canonicalizedBody = bodyOf(certificate.raw, signer.signature, digest);
  const body = entry.optional(ENTRY.body);
  if (body !== undefined && !body.equals(canonicalizedBody))
    throw new MalformedMessage("the entry is about something else");
  return {
    logIndex: String(entry.count(ENTRY.logIndex)),
    logId: { keyId: hash(entry.message(ENTRY.logId).required(FIRST)) },
    kindVersion: KIND,
    integratedTime: String(entry.count(ENTRY.integratedTime)),
    inclusionPromise: { signedEntryTimestamp: entry.message(ENTRY.promise).required(FIRST) },
    inclusionProof: readProof(entry.message(ENTRY.proof)),
    canonicalizedBody,
  };
}

function readProof(proof: Message): TransparencyLogEntry["inclusionProof"] {
  const hashes = proof.repeated(PROOF.hashes);
  const envelope = proof.message(PROOF.checkpoint).required(FIRST);
  if (hashes.length > MAX_HASHES || envelope.length > MAX_CHECKPOINT_BYTES) {
    throw new MalformedMessage("an inclusion proof out of all bounds");
  }
  const rootHash = hash(proof.required(PROOF.rootHash));
  const treeSize = String(proof.count(PROOF.treeSize));
  const checkpoint = { envelope: textOf(envelope) };
  requireTree(checkpoint, treeSize, rootHash);
  return {
    logIndex: String(proof.count(PROOF.logIndex)),
    rootHash,
    treeSize,
    hashes: hashes.map(hash),
    checkpoint,
  };
}

/**
 * The proof is verified by the tree of its checkpoint, the one that the log signed; gitsign goes by the tree that the proof
 * itself names. They are the same, or there are two readings.
 * @see https://github.com/C2SP/C2SP/blob/main/tlog-checkpoint.md
 */
function requireTree({ envelope }: { envelope: string }, treeSize: string, rootHash: Buffer): void {
  const [, size, root] = envelope.split("\n", 3);
  if (size === treeSize && root === rootHash.toString("base64")) return;
  throw new MalformedMessage("an inclusion proof in another tree than its checkpoint's");
}

/**
 * The leaf that Rekor makes of a `hashedrekord` 0.0.1, canonical as RFC 8785 has it.
 * @see https://github.com/sigstore/rekor/blob/main/pkg/types/hashedrekord/v0.0.1/hashedrekord_v0_0_1_schema.json
 */
function bodyOf(certificate: Buffer, signature: Buffer, digest: Buffer): Buffer {
  const body = {
    apiVersion: KIND.version,
    kind: KIND.kind,
    spec: {
      data: { hash: { algorithm: "sha256", value: digest.toString("hex") } },
      signature: {
        content: signature.toString("base64"),
        publicKey: { content: Buffer.from(toPem(certificate)).toString("base64") },
      },
    },
  };
  return Buffer.from(canonicalize(body) ?? "");
}

/** As Go writes it, on which the log's leaf depends. */
function toPem(certificate: Buffer): string {
  const lines = certificate.toString("base64").replaceAll(/.{64}(?=.)/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function hash(bytes: Buffer): Buffer {
  if (bytes.length !== SHA256_BYTES) throw new MalformedMessage("a hash that is not SHA-256's");
  return bytes;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new MalformedMessage("text that is not UTF-8");
  }
}
