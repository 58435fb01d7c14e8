import { bundleToJSON, toDSSEBundle } from "@sigstore/bundle";
import type { Envelope } from "../statement/index.ts";

/** The envelope as a Sigstore bundle that names a key and nothing of Sigstore's own logs: what cosign 3 reads. */
export function toSigstoreBundle(envelope: Envelope): string {
  const bundle = toDSSEBundle({
    artifact: Buffer.from(envelope.payload),
    artifactType: envelope.payloadType,
    signature: Buffer.from(envelope.signature),
    keyHint: envelope.keyId,
  });
  return `${JSON.stringify(bundleToJSON(bundle))}\n`;
}
