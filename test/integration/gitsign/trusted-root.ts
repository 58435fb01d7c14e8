import { createHash, type KeyObject } from "node:crypto";

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** What makes a Sigstore: its authority and its logs. */
export interface SigstoreKeys {
  /** Of the authority, in DER. */
  readonly certificate: Buffer;
  readonly authority: KeyPair;
  readonly log: KeyPair;
  readonly certificateLog: KeyPair;
}

/** `trusted_root.json` */
export function trustedRoot({ certificate, log, certificateLog }: SigstoreKeys): string {
  const certificates = [{ rawBytes: certificate.toString("base64") }];
  return JSON.stringify({
    mediaType: "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
    tlogs: [describeLog(log, "https://rekor.bank.example")],
    certificateAuthorities: [
      { uri: "https://fulcio.bank.example", certChain: { certificates }, validFor: ALWAYS },
    ],
    ctlogs: [describeLog(certificateLog, "https://ct.bank.example")],
    timestampAuthorities: [],
  });
}

const ALWAYS = { start: new Date(0).toISOString() };

function describeLog({ publicKey }: KeyPair, baseUrl: string) {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    baseUrl,
    hashAlgorithm: "SHA2_256",
    publicKey: {
      rawBytes: spki.toString("base64"),
      keyDetails: "PKIX_ECDSA_P256_SHA_256",
      validFor: ALWAYS,
    },
    logId: { keyId: createHash("sha256").update(spki).digest("base64") },
  };
}
