import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toTrustMaterial, Verifier } from "@sigstore/verify";
import { type Judged, passed, refused } from "../../refusal.ts";

/** The certificate authorities and logs of one Sigstore: the public one, or a private one. */
export interface SigstoreRoot {
  /** Asks for one entry in a log, one certificate timestamp, and one time that is not the signer's own. */
  readonly verifier: Verifier;
}

/** More than any real root. */
const MAX_ROOT_CHARACTERS = 1024 * 1024;

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
  "application/vnd.dev.sigstore.trustedroot.v0.2+json",
]);

export type SigstoreRootCode = "INVALID_SIGSTORE_ROOT";

/** Reads a `trusted_root.json`, which must name authorities, transparency logs and certificate logs. */
export function parseSigstoreRoot(json: string): Judged<SigstoreRoot, SigstoreRootCode> {
  if (json.length > MAX_ROOT_CHARACTERS) return invalid(`more than ${MAX_ROOT_CHARACTERS} characters`);
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(json));
    if (!MEDIA_TYPES.has(root.mediaType)) return invalid("not a trusted root of version 0.1 or 0.2");
    const missing = missingIn(root);
    if (missing !== undefined) return invalid(`it names no ${missing}`);
    const thresholds = { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 };
    return passed({ verifier: new Verifier(toTrustMaterial(root), thresholds) });
  } catch {
    // The library's parsers throw errors of any kind.
    return invalid("a key, a certificate or a field in it cannot be read");
  }
}

function missingIn({ certificateAuthorities, tlogs, ctlogs }: TrustedRoot): string | undefined {
  if (certificateAuthorities.every((each) => (each.certChain?.certificates.length ?? 0) === 0)) {
    return "certificate authority";
  }
  if (tlogs.length === 0) return "transparency log";
  return ctlogs.length === 0 ? "certificate log" : undefined;
}

function invalid(message: string): ReturnType<typeof refused<SigstoreRootCode>> {
  return refused({
    code: "INVALID_SIGSTORE_ROOT",
    subject: "trusted_root.json",
    message,
    remedy: "give the file that `cosign trusted-root create` or `gitsign initialize` writes",
  });
}
