import { parseCms } from "../../../src/signatures/x509/cms.ts";
import {
  parseX509Authorities,
  parseX509RevocationLists,
  type X509Authority,
} from "../../../src/signatures/x509/material.ts";
import {
  verifyX509Signature,
  type X509Times,
  type X509Verdict,
} from "../../../src/signatures/x509/verify.ts";
import { commitObject, HOUR, NOW } from "../commits/objects.ts";
import { type Issued, pem } from "./builder/certificate.ts";

export const PAYLOAD = commitObject();

export interface Judging {
  readonly roots: readonly Issued[];
  readonly intermediates?: readonly Issued[];
  /** In DER. */
  readonly lists?: readonly Uint8Array[];
  readonly now?: number;
  /** When the commit says it was made. */
  readonly claimed?: number;
  readonly payload?: Uint8Array;
}

export function judge(armored: string, judging: Judging): X509Verdict {
  const {
    roots,
    intermediates = [],
    lists = [],
    now = NOW,
    claimed = NOW - HOUR,
    payload = PAYLOAD,
  } = judging;
  const authority = {
    name: "bank",
    roots: authorities(roots),
    intermediates: intermediates.length === 0 ? [] : authorities(intermediates),
    revocationLists: lists.length === 0 ? [] : revocationLists(lists),
  };
  return verifyArmored(payload, armored, authority, { now, claimed });
}

export function verifyArmored(
  payload: Uint8Array,
  armored: string,
  authority: X509Authority,
  times: X509Times,
): X509Verdict {
  const data = parseCms(armored);
  if ("code" in data) return { ok: false, signer: null, ...data };
  return verifyX509Signature(payload, data, [authority], times);
}

/** `good`, or the code of the refusal. */
export function codeOf(armored: string, judging: Judging): string {
  const verdict = judge(armored, judging);
  return verdict.ok ? "good" : verdict.code;
}

function authorities(issued: readonly Issued[]) {
  const parsed = parseX509Authorities(issued.map(({ certificate }) => pem(certificate)).join(""));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function revocationLists(lists: readonly Uint8Array[]) {
  const parsed = parseX509RevocationLists(lists.map((list) => pem(list, "X509 CRL")).join(""));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}
