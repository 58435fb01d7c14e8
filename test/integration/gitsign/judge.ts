import type { SigstoreRoot } from "../../../src/signatures/sigstore/root.ts";
import { type SigstoreVerdict, verifyGitsign } from "../../../src/signatures/sigstore/verify.ts";
import { parseCms } from "../../../src/signatures/x509/cms.ts";
import { commitObject } from "../commits/objects.ts";

export const PAYLOAD = commitObject();

export function judgeGitsign(
  armored: string,
  root: SigstoreRoot,
  now: number,
  payload: Uint8Array = PAYLOAD,
): SigstoreVerdict {
  const data = parseCms(armored);
  if ("code" in data) return { ok: false, named: null, ...data };
  return verifyGitsign(payload, data, root, { now });
}

/** `good`, or the code of the refusal. */
export function codeOf(
  armored: string,
  root: SigstoreRoot,
  now: number,
  payload: Uint8Array = PAYLOAD,
): string {
  const verdict = judgeGitsign(armored, root, now, payload);
  return verdict.ok ? "good" : verdict.code;
}
