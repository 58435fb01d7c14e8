import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { type Digest, sha256 } from "../digest.ts";
import { MEDIA_TYPE } from "../oci/index.ts";
import { type PushTarget, pullManifest, pushBlob, pushManifest } from "./registry-push.ts";

const PAYLOAD_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";
const EMPTY_MEDIA_TYPE = "application/vnd.oci.empty.v1+json";
const STATEMENT_MEDIA_TYPE = "application/vnd.in-toto+json";

/** ECDSA on P-256 with SHA-256, as `cosign generate-key-pair` makes them. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** SubjectPublicKeyInfo, the content of a `cosign.pub`. */
  readonly publicKeyPem: string;
}

export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

/** Signs as cosign 2 does: a layer of the manifest tagged `sha256-<hex>.sig`, beside those that are there. */
export async function signSimple(
  target: PushTarget,
  digest: Digest,
  key: SigningKey,
  payload: Uint8Array = simpleSigningPayload(target, digest),
): Promise<void> {
  const signature = sign("sha256", payload, key.privateKey).toString("base64");
  const layer = {
    ...(await pushBlob(target, PAYLOAD_MEDIA_TYPE, payload)),
    annotations: { "dev.cosignproject.cosign/signature": signature },
  };
  const tag = `${digest.replace(":", "-")}.sig`;
  const { layers = [] } = (await pullManifest(target, tag)) ?? {};
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: await pushBlob(target, CONFIG_MEDIA_TYPE, Buffer.from("{}")),
    layers: [...(layers as object[]), layer],
  };
  await pushManifest(target, manifest, tag);
}

/** Signs as cosign 3 does: a Sigstore bundle in a manifest whose subject is the image. */
export async function signBundle(
  target: PushTarget,
  digest: Digest,
  key: SigningKey,
  statement: Uint8Array = signStatement(digest),
): Promise<void> {
  const bundle = Buffer.from(JSON.stringify(makeBundle(key, statement)));
  await attachBundle(target, digest, bundle);
}

/** Attaches bytes as an image's Sigstore bundle, whatever they are. */
export async function attachBundle(target: PushTarget, digest: Digest, bundle: Uint8Array): Promise<void> {
  await pushManifest(target, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    artifactType: BUNDLE_MEDIA_TYPE,
    config: await pushBlob(target, EMPTY_MEDIA_TYPE, Buffer.from("{}")),
    layers: [await pushBlob(target, BUNDLE_MEDIA_TYPE, bundle)],
    subject: { mediaType: MEDIA_TYPE.ociManifest, digest, size: 0 },
  });
}

/** A Sigstore bundle v0.3 around a DSSE envelope, signed with a key and in no transparency log. */
export function makeBundle(key: SigningKey, statement: Uint8Array): object {
  const prefix = `DSSEv1 ${STATEMENT_MEDIA_TYPE.length} ${STATEMENT_MEDIA_TYPE} ${statement.length} `;
  const signature = sign("sha256", Buffer.concat([Buffer.from(prefix), statement]), key.privateKey);
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: hintOf(key) } },
    dsseEnvelope: {
      payload: Buffer.from(statement).toString("base64"),
      payloadType: STATEMENT_MEDIA_TYPE,
      signatures: [{ sig: signature.toString("base64") }],
    },
  };
}

export function simpleSigningPayload({ host, path }: PushTarget, digest: Digest): Uint8Array {
  const critical = {
    identity: { "docker-reference": `${host}/${path}` },
    image: { "docker-manifest-digest": digest },
    type: "cosign container image signature",
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

export function signStatement(
  digest: Digest,
  predicateType = "https://sigstore.dev/cosign/sign/v1",
): Uint8Array {
  return Buffer.from(
    JSON.stringify({
      _type: "https://in-toto.io/Statement/v1",
      subject: [{ digest: { sha256: digest.slice("sha256:".length) } }],
      predicateType,
      predicate: {},
    }),
  );
}

function hintOf({ privateKey }: SigningKey): string {
  const der = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  return Buffer.from(sha256(der).slice("sha256:".length), "hex").toString("base64");
}
