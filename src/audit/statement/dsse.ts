import type { KeyObject } from "node:crypto";
import { isSignature, keyId, type Signer } from "../signer.ts";
import { parseBase64, toBase64 } from "../tlog/base64.ts";

/** A signed payload (https://github.com/secure-systems-lab/dsse), with one signature. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** A hint, unauthenticated: the key to verify with is chosen by whoever verifies. */
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** `DSSEv1 <length> <type> <length> <body>`: the bytes that a DSSE signature covers; lengths are in bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `), payload]);
}

export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
): Promise<Envelope> {
  const signature = await signer.sign(preAuthenticationEncoding(payloadType, payload));
  return { payloadType, payload, keyId: keyId(signer.publicKey), signature };
}

export function isEnvelopeSignedBy(envelope: Envelope, publicKey: KeyObject): boolean {
  const signed = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  return isSignature(publicKey, signed, envelope.signature);
}

export function formatEnvelope(envelope: Envelope): string {
  return JSON.stringify({
    payloadType: envelope.payloadType,
    payload: toBase64(envelope.payload),
    signatures: [{ keyid: envelope.keyId, sig: toBase64(envelope.signature) }],
  });
}

/** Undefined for any text that {@link formatEnvelope} would not write. */
export function parseEnvelope(text: string): Envelope | undefined {
  const match = ENVELOPE.exec(text)?.groups;
  if (match === undefined) return undefined;
  const { payloadType = "", payload = "", keyid = "", sig = "" } = match;
  const [body, signature] = [parseBase64(payload), parseBase64(sig)];
  if (body === undefined || signature === undefined) return undefined;
  return { payloadType, payload: body, keyId: keyid, signature };
}

// The whole grammar of what formatEnvelope writes: no field, space or escape can be added to it, so no two
// texts are the same envelope.
const ENVELOPE =
  /^\{"payloadType":"(?<payloadType>[a-z0-9.+/-]+)","payload":"(?<payload>[A-Za-z0-9+/=]*)","signatures":\[\{"keyid":"(?<keyid>SHA256:[A-Za-z0-9+/]{43})","sig":"(?<sig>[A-Za-z0-9+/=]+)"\}\]\}$/;
