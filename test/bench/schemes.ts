// Who signs the long histories, by each scheme, and what checking the same signatures alone takes.

import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from "node:crypto";
import { toMessageSignatureBundle } from "@sigstore/bundle";
import { toSignedEntity } from "@sigstore/verify";
import { createMessage, enums, generateKey, readKey, sign } from "openpgp";
import type { AuthoritiesMaterial, KeyMaterial } from "../../src/api/index.ts";
import type { Commit } from "../../src/git/index.ts";
import { signSsh } from "../../src/signatures/index.ts";
import { parseOpenpgpSignature } from "../../src/signatures/openpgp/signature.ts";
import { LOG_ENTRY_ATTRIBUTE, readLogEntry } from "../../src/signatures/sigstore/log-entry.ts";
import { parseSigstoreRoot } from "../../src/signatures/sigstore/root.ts";
import { isSshHashAlgorithm, parseSshSignature, signedData } from "../../src/signatures/ssh/sshsig.ts";
import { parseCms, verifyCms } from "../../src/signatures/x509/cms.ts";
import type { SignedData } from "../../src/signatures/x509/signed-data.ts";
import { NO_AUTHORITIES, sigstoreKey, x509Authority, x509Key } from "../integration/commits/authorities.ts";
import { openpgpMaterial, sshMaterial } from "../integration/commits/material.ts";
import { DAY } from "../integration/commits/objects.ts";
import { PrivateSigstore, WHO } from "../integration/gitsign/private-sigstore.ts";
import {
  alternativeNames,
  authority,
  extendedKeyUsage,
  issue,
  keyUsage,
  PURPOSE,
} from "../integration/x509/builder/certificate.ts";
import { signCms } from "../integration/x509/builder/cms.ts";

/** One signature with all that is needed to check it, parsed beforehand. */
export type BareCheck = () => boolean | Promise<boolean>;

export interface Signer {
  readonly keys: readonly KeyMaterial[];
  readonly authorities: AuthoritiesMaterial;
  sign(payload: Buffer): string | Promise<string>;
}

export interface BenchScheme {
  readonly name: string;
  /** What the bare check is made of. */
  readonly bare: string;
  readonly makeSigner: (now: number) => Signer | Promise<Signer>;
  readonly bareCheck: (
    commit: Commit,
    signer: Pick<Signer, "keys" | "authorities">,
  ) => BareCheck | Promise<BareCheck>;
}

const ssh: BenchScheme = {
  name: "SSH, ed25519",
  bare: "hash and ed25519 of node:crypto",
  makeSigner: () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    return {
      keys: [sshMaterial(privateKey)],
      authorities: NO_AUTHORITIES,
      sign: (payload) => signSsh(payload, privateKey),
    };
  },
  bareCheck: ({ payload, signature = "" }) => {
    const parsed = parseSshSignature(signature);
    if (!parsed.ok || !isSshHashAlgorithm(parsed.value.hashAlgorithm)) throw new Error("not what was signed");
    const { publicKey, hashAlgorithm, namespace } = parsed.value;
    const key = ed25519Key(publicKey.subarray(-32));
    // Before either stands its length, and before the key its type.
    const bytes = parsed.value.signature.subarray(4);
    return () => verify(null, signedData(namespace, hashAlgorithm, payload), key, bytes);
  },
};

function ed25519Key(x: Uint8Array): KeyObject {
  const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(x).toString("base64url") };
  return createPublicKey({ key: jwk, format: "jwk" });
}

const openpgp: BenchScheme = {
  name: "OpenPGP, ed25519",
  bare: "hash and ed25519 of openpgp",
  makeSigner: async (now) => {
    const { privateKey } = await generateKey({
      userIDs: [{ email: "alice@bank.example" }],
      date: new Date(now - 30 * DAY),
      format: "object",
    });
    return {
      keys: [openpgpMaterial(privateKey.toPublic())],
      authorities: NO_AUTHORITIES,
      sign: async (payload) =>
        await sign({
          message: await createMessage({ binary: payload }),
          signingKeys: privateKey,
          detached: true,
          date: new Date(now - DAY),
        }),
    };
  },
  bareCheck: async ({ payload, signature = "" }, { keys: [material] }) => {
    const parsed = parseOpenpgpSignature(signature);
    const [data] = (await createMessage({ binary: payload })).packets;
    if (!parsed.ok || material?.scheme !== "openpgp" || data === undefined)
      throw new Error("not what was signed");
    const { packet } = parsed.value;
    const { keyPacket } = await readKey({ armoredKey: material.armored });
    return async () => {
      await packet.verify(keyPacket, enums.signature.binary, data, new Date(), true);
      return true;
    };
  },
};

const x509: BenchScheme = {
  name: "X.509, P-256",
  bare: "two of ECDSA of node:crypto",
  makeSigner: (now) => {
    const [from, to] = [now - 30 * DAY, now + 30 * DAY];
    const root = authority(undefined, { from, to });
    const email = "alice@bank.example";
    const extensions = [
      keyUsage(0),
      extendedKeyUsage(PURPOSE.emailProtection),
      alternativeNames(["email", email]),
    ];
    const alice = issue(root, { from, to, extensions });
    return {
      keys: [x509Key(email)],
      authorities: { ...NO_AUTHORITIES, x509: [x509Authority("bank-ca", [root])] },
      sign: (payload) => signCms(payload, alice, root, { signingTime: now - DAY }),
    };
  },
  bareCheck: ({ signature = "" }, { authorities }) => {
    const check = ecdsaCheck(signature);
    const issuer = new X509Certificate(authorities.x509[0]?.roots.text ?? "").publicKey;
    const { certificate } = readCms(signature);
    return () => check() && certificate.verify(issuer);
  },
};

const gitsign: BenchScheme = {
  name: "gitsign",
  bare: "@sigstore/verify",
  makeSigner: async () => {
    const sigstore = new PrivateSigstore();
    return {
      keys: [sigstoreKey(WHO)],
      authorities: {
        ...NO_AUTHORITIES,
        sigstore: { origin: "trusted_root.json", text: await sigstore.rootJson() },
      },
      sign: (payload) => sigstore.sign(payload),
    };
  },
  bareCheck: ({ payload, signature = "" }, { authorities }) => {
    const cms = verifyCms(payload, parse(signature));
    const root = parseSigstoreRoot(authorities.sigstore?.text ?? "");
    const attribute = cms.ok ? cms.value.signer.unsignedAttributes.get(LOG_ENTRY_ATTRIBUTE) : undefined;
    if (!cms.ok || !root.ok || attribute === undefined) throw new Error("not what was signed");
    const { certificate, signer } = cms.value;
    const { signed } = signer.attributes;
    const digest = createHash("sha256").update(signed).digest();
    const entry = readLogEntry(attribute, cms.value, digest);
    const bundle = toMessageSignatureBundle({
      digest,
      signature: signer.signature,
      certificate: certificate.raw,
    });
    const verificationMaterial = { ...bundle.verificationMaterial, tlogEntries: [entry] };
    const entity = toSignedEntity({ ...bundle, verificationMaterial }, signed);
    return () => {
      root.value.verifier.verify(entity);
      return true;
    };
  },
};

export const SCHEMES: readonly BenchScheme[] = [ssh, openpgp, x509, gitsign];

function ecdsaCheck(armored: string): () => boolean {
  const { certificate, signed, signature } = readCms(armored);
  const { publicKey } = certificate;
  return () => verify("sha256", signed, publicKey, signature);
}

function parse(armored: string): SignedData {
  const parsed = parseCms(armored);
  if ("code" in parsed) throw new Error("not what was signed");
  return parsed;
}

function readCms(armored: string) {
  const { certificates, signer } = parse(armored);
  const [certificate] = certificates;
  if (certificate === undefined) throw new Error("not what was signed");
  const { attributes, signature } = signer;
  return { certificate: new X509Certificate(certificate.raw), signed: attributes.signed, signature };
}
