import { type MergedTag, parseTag, type RawApproval } from "../git/index.ts";
import type { SignatureCode } from "../signatures/index.ts";
import { judgeApprovalTag, judgeMergedTag, type TagCode, type TagRecord } from "./judge-tag.ts";
import { isResetName } from "./reset-message.ts";
import type { ApprovalVia } from "./rules.ts";
import type { Trust } from "./trust.ts";

/** The name inside the tag objects that notes hold: such an object approves, and is no release's tag. */
export const APPROVAL_TAG_NAME = "sluice-approval";

/** `RESET_TAG`: it takes a gate back to the commit, and says nothing about who may let it in elsewhere. */
export type ApprovalCode =
  | SignatureCode
  | "RESET_TAG"
  | TagCode
  | "SHA1_COLLISION"
  | "MALFORMED_COMMIT"
  | "COMMIT_IN_FUTURE";

/** What was decided about one approval of a commit, and on what grounds. Whether it counts is each rule's to say. */
export interface ApprovalRecord {
  readonly via: ApprovalVia;
  /** Of the tag object, or of the merge. */
  readonly oid: string;
  /** Where it was found; null for what lies in the history itself. */
  readonly ref: string | null;
  readonly scheme: string | null;
  /** Who approved; only ever set where cryptography proved it. */
  readonly signer: string | null;
  readonly roles: readonly string[];
  /** The key that signed, or, without a signer, the key that the signature names. */
  readonly key: string | null;
  /** In base64, where certificates made the key count: the signer's first. */
  readonly certificates?: readonly string[];
  /** Whether it is by the commit's own signer, or by the person whose address the commit has as its author. */
  readonly byAuthor: boolean;
  /** Why it is no approval; null where it is. */
  readonly code: ApprovalCode | null;
  /** One sentence about the code. */
  readonly message: string;
}

/** An approval before it is held against the commit that it is of. */
export type JudgedApproval = Omit<ApprovalRecord, "byAuthor">;

/** Judges a tag or a note by the trust and the time that are given; pure, and nothing is remembered. */
export async function judgeApproval(raw: RawApproval, trust: Trust, now: number): Promise<JudgedApproval> {
  const { kind, ref, oid, commit, problem } = raw;
  if (problem !== undefined) {
    return { via: kind, oid, ref, ...NOBODY, code: "MALFORMED_TAG", message: problem };
  }
  const name = kind === "note" ? APPROVAL_TAG_NAME : ref.replace(/^refs\/tags\//, "");
  if (isResetName(name)) return { via: kind, oid, ref, ...NOBODY, ...RESET };
  return toApproval(kind, ref, await judgeApprovalTag({ oid, bytes: raw.bytes, name, commit }, trust, now));
}

/** Judges a tag that a merge on the head's first-parent line carries: it approves the commit that it is of. */
export async function judgeMergedApproval(
  tag: MergedTag,
  trust: Trust,
  now: number,
): Promise<JudgedApproval> {
  const parsed = parseTag(tag.bytes);
  if (parsed.ok && isResetName(parsed.value.name))
    return { via: "tag", oid: tag.oid, ref: null, ...NOBODY, ...RESET };
  return toApproval("tag", null, await judgeMergedTag(tag, trust, now));
}

const NOBODY = { scheme: null, signer: null, roles: [], key: null } as const;

const RESET = { code: "RESET_TAG", message: "the tag takes a gate back, and approves nothing" } as const;

function toApproval(via: ApprovalVia, ref: string | null, record: TagRecord): JudgedApproval {
  const { oid, scheme, signer, roles, key, certificates, code, message } = record;
  const by = { scheme, signer, roles, key, ...(certificates !== undefined && { certificates }) };
  return { via, oid, ref, ...by, code, message };
}
