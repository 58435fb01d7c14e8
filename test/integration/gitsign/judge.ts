import type { SigstoreRoot } from "../../../src/signatures/sigstore/root.ts";
import { verifyGitsign } from "../../../src/signatures/sigstore/verify.ts";
import { commitObject } from "../commits/objects.ts";

export const PAYLOAD = commitObject();

/** `good`, or the code of the refusal. */
export function codeOf(
  armored: string,
  root: SigstoreRoot,
  now: number,
  payload: Uint8Array = PAYLOAD,
): string {
  const verdict = verifyGitsign(payload, armored, root, { now });
  return verdict.ok ? "good" : verdict.code;
}
