import { type Identity, type MergedTag, parseTag, type RawTag, type Tag } from "../git/index.ts";
import type { Judged } from "../refusal.ts";
import { CLOCK_SKEW_MS, type SignatureCode } from "../signatures/index.ts";
import { judgeSignature } from "./judge-signature.ts";
import { REMEDIES } from "./remedies.ts";
import { summarize } from "./summary.ts";
import type { Trust } from "./trust.ts";

/**
 * Why a tag is refused, beside what may be wrong with its signature:
 *
 * - `SHA1_COLLISION`: it was crafted to have the name of another tag.
 * - `LIGHTWEIGHT_TAG`: a ref and no tag object, so there is nothing that could be signed.
 * - `MALFORMED_TAG`: the object could be read in two ways.
 * - `TAG_NAME_MISMATCH`: signed under another name: somebody moved or renamed the ref.
 * - `NESTED_TAG`: a tag of a tag; whoever signed the outer one did not say what it is in the end.
 * - `TAG_NOT_OF_COMMIT`: it names a tree or a file, or says that something is a commit which is not.
 * - `TAG_NOT_MERGED`: a merge carries it and did not merge its commit.
 * - `TAG_OF_ANOTHER_COMMIT`: it was put on a commit, as its approval, that it does not name.
 * - `TAG_IN_FUTURE`: it claims a time that clocks out of step do not explain.
 */
export type TagCode =
  | SignatureCode
  | "SHA1_COLLISION"
  | "LIGHTWEIGHT_TAG"
  | "MALFORMED_TAG"
  | "TAG_NAME_MISMATCH"
  | "NESTED_TAG"
  | "TAG_NOT_OF_COMMIT"
  | "TAG_NOT_MERGED"
  | "TAG_OF_ANOTHER_COMMIT"
  | "TAG_IN_FUTURE";

/** What was decided about one annotated tag, and on what grounds. */
export interface TagRecord {
  readonly oid: string;
  /** The commit that it names; null where there is no tag that could name one. */
  readonly target: string | null;
  readonly verdict: "verified" | "refused";
  readonly scheme: string | null;
  /** Who signed; only ever set where cryptography proved it. */
  readonly signer: string | null;
  readonly roles: readonly string[];
  /** The key that signed, or, without a signer, the key that the signature names. */
  readonly key: string | null;
  /** In base64, where certificates made the key count: the signer's first. */
  readonly certificates?: readonly string[];
  readonly code: TagCode | null;
  /** One sentence about the code; empty for a verified tag. */
  readonly message: string;
  /** As the tag claims; null where it is malformed. */
  readonly tagger: Identity | null;
  readonly summary: string;
}

export interface NamedTagRecord extends TagRecord {
  readonly ref: string;
}

/** What a person can do about it, about a tag. */
export const TAG_REMEDIES: Readonly<Record<TagCode, string>> = {
  ...REMEDIES,
  UNSIGNED: "make the tag again, signed: `git tag -s -f`",
  MALFORMED_SIGNATURE: "sign the tag again with git",
  BAD_SIGNATURE: "find out who changed the tag after it was signed; do not sign it again unread",
  KEY_NOT_YET_VALID: "check the key's validAfter and the clock of whoever tagged",
  SIGNATURE_EXPIRED: "sign the tag again",
  LIGHTWEIGHT_TAG: "make an annotated tag, signed: `git tag -s -f`",
  MALFORMED_TAG: "make the tag again with git",
  TAG_NAME_MISMATCH: "fetch the tag under its own name, or have it signed under this one",
  NESTED_TAG: "tag the commit itself",
  TAG_NOT_OF_COMMIT: "tag a commit",
  TAG_NOT_MERGED: "merge again with git",
  TAG_OF_ANOTHER_COMMIT:
    "have the commit itself approved: an approval is of one commit, and moves to no other",
  TAG_IN_FUTURE: "set the clock of whoever tagged, and tag again",
};

const CRAFTED = "it was crafted to have the name of another object";

/** Judges the tag that a ref leads to, by the trust and the time that are given; pure, and nothing is remembered. */
export async function judgeTag(raw: RawTag, trust: Trust, now: number): Promise<NamedTagRecord> {
  const { ref, oid, object, targetType } = raw;
  if (object.collision) return { ref, ...unread(oid), ...refuse("SHA1_COLLISION", CRAFTED) };
  if (object.type !== "tag") {
    const problem = refuse("LIGHTWEIGHT_TAG", `the ref names a ${object.type}, not an annotated tag`);
    return { ref, ...unread(oid), ...problem, target: object.type === "commit" ? oid : null };
  }
  const check = (tag: Tag): Outcome | undefined =>
    nameProblem(tag, ref) ?? typeProblem(tag.targetType) ?? typeProblem(targetType);
  return { ref, ...(await judge(oid, parseTag(object.bytes), check, trust, now)) };
}

/** A tag object that may approve a commit, with the name that it must have inside. */
export interface ApprovalTag {
  readonly oid: string;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly commit: string;
}

/** Judges a tag as the approval of the commit that it was found on, which is a commit. */
export async function judgeApprovalTag(
  { oid, bytes, name, commit }: ApprovalTag,
  trust: Trust,
  now: number,
): Promise<TagRecord> {
  const check = (tag: Tag): Outcome | undefined =>
    nameProblem(tag, `refs/tags/${name}`) ??
    typeProblem(tag.targetType) ??
    (tag.target === commit
      ? undefined
      : refuse("TAG_OF_ANOTHER_COMMIT", `the tag is of ${tag.target}, not of ${commit}`));
  return await judge(oid, parseTag(bytes), check, trust, now);
}

/** Judges a tag that a merge commit carries. Its name is what it says: the ref was somebody else's. */
export async function judgeMergedTag(
  { oid, bytes, merged }: MergedTag,
  trust: Trust,
  now: number,
): Promise<TagRecord> {
  const check = ({ target, targetType }: Tag): Outcome | undefined =>
    typeProblem(targetType) ??
    (merged.includes(target)
      ? undefined
      : refuse("TAG_NOT_MERGED", `${target} is not what the merge brought`));
  return await judge(oid, parseTag(bytes), check, trust, now);
}

async function judge(
  oid: string,
  parsed: Judged<Tag, "MALFORMED_TAG">,
  check: (tag: Tag) => Outcome | undefined,
  trust: Trust,
  now: number,
): Promise<TagRecord> {
  if (!parsed.ok) return { ...unread(oid), ...refuse("MALFORMED_TAG", parsed.refusals[0].message) };
  const tag = parsed.value;
  const { tagger, target, targetType } = tag;
  const claims = {
    oid,
    target: targetType === "commit" ? target : null,
    tagger,
    summary: summarize(tag.message),
  };
  const problem = check(tag);
  if (problem !== undefined) return { ...unread(oid), ...claims, ...problem };
  const { problem: signatureProblem, ...by } = await judgeSignature(
    { ...tag, claimedAt: tagger.at },
    trust,
    now,
  );
  if (signatureProblem !== undefined) {
    return { ...claims, ...by, ...refuse(signatureProblem.code, signatureProblem.message) };
  }
  return { ...claims, ...by, ...(futureProblem(tagger, trust, now) ?? VERIFIED) };
}

type Outcome = Pick<TagRecord, "verdict" | "code" | "message">;

const VERIFIED: Outcome = { verdict: "verified", code: null, message: "" };

function refuse(code: TagCode, message: string): Outcome {
  return { verdict: "refused", code, message };
}

/** A tag of which nothing was made out, or nothing needs to be. */
function unread(oid: string): Omit<TagRecord, keyof Outcome> {
  return { oid, target: null, scheme: null, signer: null, roles: [], key: null, tagger: null, summary: "" };
}

function nameProblem({ name }: Tag, ref: string): Outcome | undefined {
  if (ref === `refs/tags/${name}`) return undefined;
  return refuse("TAG_NAME_MISMATCH", `the tag calls itself ${JSON.stringify(name)}, and lies at ${ref}`);
}

function typeProblem(type: string | undefined): Outcome | undefined {
  if (type === "commit") return undefined;
  if (type === "tag") return refuse("NESTED_TAG", "the tag names another tag, expected a commit");
  return refuse(
    "TAG_NOT_OF_COMMIT",
    `the tag names ${type === undefined ? "nothing" : `a ${type}`}, expected a commit`,
  );
}

function futureProblem({ at }: Identity, { clock }: Trust, now: number): Outcome | undefined {
  if (clock === "git" || at <= now + CLOCK_SKEW_MS) return undefined;
  return refuse("TAG_IN_FUTURE", `the tag claims to be made at ${new Date(at).toISOString()}`);
}
