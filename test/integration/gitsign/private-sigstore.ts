import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { initializeCA, initializeCTLog, initializeTLog } from "@sigstore/mock";
import { z } from "zod";
import { parseCertificate } from "../../../src/signatures/x509/certificate.ts";
import { DerReader, readAll, TAG } from "../../../src/signatures/x509/der.ts";
import { readSignerInfo } from "../../../src/signatures/x509/signer-info.ts";
import { type Issued, pem } from "../x509/builder/certificate.ts";
import { armor, container, signerInfo } from "../x509/builder/cms.ts";
import { der, explicit, sequence } from "../x509/builder/der.ts";
import { ecdsa } from "../x509/builder/keys.ts";
import { type Entry, entryAttribute } from "./entry.ts";
import { type SigstoreKeys, trustedRoot } from "./trusted-root.ts";

const REKOR = "https://rekor.bank.example";
const ISSUER_V1 = "1.3.6.1.4.1.57264.1.1";
const ISSUER_V2 = "1.3.6.1.4.1.57264.1.8";

type KeyPair = Parameters<typeof initializeCTLog>[0];

export const WHO = { identity: "https://login.bank.example/alice", issuer: "https://login.bank.example" };

export interface Signing {
  readonly identity?: string;
  readonly issuer?: string;
  /** The provider as the first version of the extension has it; the same where left out. */
  readonly olderIssuer?: string | undefined;
  /** Milliseconds; the certificate counts for ten minutes from then. */
  readonly certifiedAt?: number;
  readonly loggedAt?: number;
  /** By the certificate log. */
  readonly withTimestamp?: boolean;
  readonly hash?: "sha256" | "sha512";
}

/** A signature with its parts still apart. */
export interface Signed {
  readonly certificate: Buffer;
  /** In DER, without unsigned attributes. */
  readonly signer: Buffer;
  readonly hash: "sha256" | "sha512";
  readonly entry: Entry;
}

/**
 * A Fulcio, a certificate log and a Rekor of one's own, by @sigstore/mock; and what gitsign does with them,
 * written after its sources: sign, log, and keep the answer in the signature.
 */
export class PrivateSigstore {
  /** In whole seconds, and after the certificate of the authority, which is made now. */
  readonly now = Math.ceil(Date.now() / 1000) * 1000 + 5000;
  readonly #authority = keyPair();
  readonly #certificateLog = keyPair();
  readonly #log: KeyPair;

  constructor(log: KeyPair = keyPair()) {
    this.#log = log;
  }

  /** Signs as gitsign does. */
  async sign(payload: Uint8Array, signing: Signing = {}): Promise<string> {
    return assemble(await this.signApart(payload, signing));
  }

  async signApart(payload: Uint8Array, signing: Signing = {}): Promise<Signed> {
    const { loggedAt = this.now, hash = "sha256" } = signing;
    const key = ecdsa("P-256", hash);
    const certificate = await this.#certify(
      createPublicKey(key.key).export({ type: "spki", format: "der" }),
      signing,
    );
    const { issuer, subject, serialNumber } = parseCertificate(certificate);
    const person: Issued = {
      certificate,
      key,
      name: subject.raw,
      serialNumber: der(TAG.integer, serialNumber),
    };
    const signer = signerInfo(payload, person, { name: issuer.raw }, { signingTime: loggedAt });
    return { certificate, signer, hash, entry: await this.log(certificate, signer, loggedAt) };
  }

  /** Has Rekor log a signature, whosever it is. */
  async log(certificate: Uint8Array, signer: Uint8Array, at: number): Promise<Entry> {
    const { attributes, signature } = readAll(signer, readSignerInfo);
    const value = createHash("sha256").update(attributes.signed).digest("hex");
    const publicKey = { content: Buffer.from(pem(certificate)).toString("base64") };
    const rekor = await initializeTLog(REKOR, this.#log, new Date(at));
    const answer = await rekor.log({
      apiVersion: "0.0.1",
      kind: "hashedrekord",
      spec: {
        data: { hash: { algorithm: "sha256", value } },
        signature: { content: signature.toString("base64"), publicKey },
      },
    });
    return toEntry(answer);
  }

  /** `trusted_root.json` */
  async rootJson(): Promise<string> {
    return trustedRoot(await this.keys());
  }

  /** The authority's certificate begins when it is asked for. */
  async keys(): Promise<SigstoreKeys> {
    const { rootCertificate } = await initializeCA(this.#authority);
    return {
      certificate: toBuffer(rootCertificate),
      authority: this.#authority,
      log: this.#log,
      certificateLog: this.#certificateLog,
    };
  }

  async #certify(publicKey: Buffer<ArrayBuffer>, signing: Signing): Promise<Buffer> {
    const {
      identity = WHO.identity,
      issuer = WHO.issuer,
      certifiedAt = this.now,
      withTimestamp = true,
    } = signing;
    const olderIssuer = "olderIssuer" in signing ? signing.olderIssuer : issuer;
    const older = olderIssuer === undefined ? [] : [{ oid: ISSUER_V1, value: olderIssuer, legacy: true }];
    const clock = new Date(certifiedAt);
    const certificateLog = await initializeCTLog(this.#certificateLog, clock);
    const authority = await initializeCA(this.#authority, withTimestamp ? certificateLog : undefined, clock);
    const extensions = [...older, { oid: ISSUER_V2, value: issuer }];
    return toBuffer(await authority.issueCertificate({ publicKey, subjectAltName: identity, extensions }));
  }
}

/** The armored signature, with whatever unsigned attributes there are to be: the log entry's where left out. */
export function assemble(
  { certificate, signer, hash, entry }: Signed,
  attributes = [entryAttribute(entry)],
): string {
  const content = new DerReader(signer).content(TAG.sequence);
  const whole = attributes.length === 0 ? signer : sequence(content, explicit(1, ...attributes));
  return armor(container({ certificates: [certificate], signers: [whole], digests: [hash] }));
}

export function keyPair(): KeyPair {
  return generateKeyPairSync("ec", { namedCurve: "P-256" });
}

const hex = z.string().transform((text) => Buffer.from(text, "hex"));

const answerSchema = z.record(
  z.string(),
  z.object({
    integratedTime: z.number(),
    logID: hex,
    logIndex: z.number(),
    verification: z.object({
      inclusionProof: z.object({
        checkpoint: z.string(),
        hashes: z.array(hex),
        logIndex: z.number(),
        rootHash: hex,
        treeSize: z.number(),
      }),
      signedEntryTimestamp: z.base64(),
    }),
  }),
);

function toEntry(answer: unknown): Entry {
  const [entry] = Object.values(answerSchema.parse(answer));
  if (entry === undefined) throw new Error("the log answered nothing");
  const { integratedTime, logID: logId, logIndex, verification } = entry;
  return {
    logIndex,
    logId,
    kind: "hashedrekord",
    version: "0.0.1",
    integratedTime,
    promise: Buffer.from(verification.signedEntryTimestamp, "base64"),
    proof: verification.inclusionProof,
    body: undefined,
  };
}

function toBuffer({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
