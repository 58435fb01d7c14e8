import { type Commit, type Identity, parseCommit, type RawCommit } from "../git/index.ts";
import { type Judged, refused } from "../refusal.ts";
import { CLOCK_SKEW_MS, type SignatureCode } from "../signatures/index.ts";
import { type Assessment, assessRules, assessWithoutPaths, type RuleCode } from "./assess-rules.ts";
import type { ApprovalRecord, JudgedApproval } from "./judge-approval.ts";
import { judgeSignature } from "./judge-signature.ts";
import { summarize } from "./summary.ts";
import type { Trust } from "./trust.ts";

/**
 * Why a commit is refused although its signature is good, or cannot even be asked for:
 *
 * - `SHA1_COLLISION`: it, or a tree that its changed paths rest on, was crafted to have the name of another.
 * - `MALFORMED_COMMIT`: the object could be read in two ways.
 * - `COMMIT_IN_FUTURE`: it claims a time that clocks out of step do not explain.
 * - what the rules say: see {@link RuleCode}.
 */
export type TrustCode = "SHA1_COLLISION" | "MALFORMED_COMMIT" | "COMMIT_IN_FUTURE" | RuleCode;

export type CommitCode = SignatureCode | TrustCode;

/** Who signed a commit; its signature alone is judged, and no rule. */
export interface CommitSignature {
  readonly scheme: string | null;
  /** Who signed; only ever set where cryptography proved it. */
  readonly signer: string | null;
  readonly roles: readonly string[];
  /** The key that signed, or, without a signer, the key that the signature names. */
  readonly key: string | null;
  /** In base64, where certificates made the key count: the signer's first. */
  readonly certificates?: readonly string[];
  readonly code: Exclude<CommitCode, RuleCode> | null;
  readonly message: string;
}

/** What was decided about one commit, and on what grounds. */
export interface CommitRecord extends Omit<CommitSignature, "code"> {
  readonly oid: string;
  readonly verdict: "verified" | "refused";
  readonly code: CommitCode | null;
  /** One sentence about the code; empty for a verified commit. */
  readonly message: string;
  /** As the commit claims; null where it is malformed. */
  readonly author: Identity | null;
  readonly committer: Identity | null;
  /** The message's first line, bounded, without control characters. */
  readonly summary: string;
  /** All that may approve the commit, with its code where it does not; empty where no rule asks for approvals. */
  readonly approvals: readonly ApprovalRecord[];
}

/** Judges one commit by the trust and the time that are given; pure, and nothing is remembered. */
export async function judgeCommit(raw: RawCommit, trust: Trust, now: number): Promise<CommitRecord> {
  const parsed = readCommit(raw);
  return judgeSignedCommit(raw, parsed, await judgeCommitSignature(parsed, trust, now), [], trust);
}

export type ParsedCommit = Judged<Commit, "SHA1_COLLISION" | "MALFORMED_COMMIT">;

/** What a commit says, if it can be believed to be the one that was asked for. */
export function readCommit({ oid, bytes, collision }: RawCommit): ParsedCommit {
  if (collision === undefined) return parseCommit(bytes);
  return refused({ code: "SHA1_COLLISION", subject: oid, message: collision, remedy: "" });
}

export async function judgeCommitSignature(
  parsed: ParsedCommit,
  trust: Trust,
  now: number,
): Promise<CommitSignature> {
  if (!parsed.ok) return { ...NOBODY, code: parsed.refusals[0].code, message: parsed.refusals[0].message };
  const commit = parsed.value;
  const claimedAt = commit.committer.at;
  const { problem, ...by } = await judgeSignature({ ...commit, claimedAt }, trust, now);
  return { ...by, ...(problem ?? futureProblem(claimedAt, trust, now) ?? NO_PROBLEM) };
}

/** What the rules say of a commit whose signature was judged before; its approvals as well. */
export function judgeSignedCommit(
  raw: RawCommit,
  parsed: ParsedCommit,
  signature: CommitSignature,
  approvals: readonly JudgedApproval[],
  trust: Trust,
): CommitRecord {
  const { oid } = raw;
  if (!parsed.ok) return { oid, ...UNREAD, ...signature, verdict: "refused", approvals: [] };
  const { author, committer, message } = parsed.value;
  const claims = { oid, author, committer, summary: summarize(message) };
  const held = {
    ...claims,
    ...signature,
    approvals: holdAgainst(approvals, signature.signer, author, trust),
  };
  if (signature.code !== null) return { ...held, verdict: "refused" };
  const [problem] = assessCommit(held, raw, trust)?.problems ?? [];
  return problem === undefined
    ? { ...held, verdict: "verified" }
    : { ...held, verdict: "refused", ...problem };
}

/** What the rules say of a commit, rule by rule; undefined where nobody is known to have signed it. */
export function assessCommit(
  record: Pick<CommitRecord, "signer" | "roles" | "author" | "committer" | "approvals">,
  { changedPaths }: Pick<RawCommit, "changedPaths">,
  { rules, people }: Trust,
): Assessment | undefined {
  const { signer, roles, author, committer, approvals } = record;
  if (signer === null || author === null || committer === null) return undefined;
  const change = { signer, roles, author, committer, approvals };
  if (changedPaths === undefined) return assessWithoutPaths(rules, change, people);
  return assessRules(rules, change, changedPaths, people);
}

const NO_PROBLEM = { code: null, message: "" } as const;
const NOBODY = { scheme: null, signer: null, roles: [], key: null } as const;
const UNREAD = { author: null, committer: null, summary: "" } as const;

/** A time to come is a claim nobody can have made honestly, but for a clock out of step. */
function futureProblem(claimedAt: number, { clock }: Trust, now: number): Problem | undefined {
  if (clock === "git" || claimedAt <= now + CLOCK_SKEW_MS) return undefined;
  const message = `the commit claims to be made at ${new Date(claimedAt).toISOString()}`;
  return { code: "COMMIT_IN_FUTURE", message };
}

type Problem = Pick<CommitSignature, "code" | "message">;

/** Nobody approves their own: neither who signed, nor whose address the commit carries as its author's. */
function holdAgainst(
  approvals: readonly JudgedApproval[],
  signer: string | null,
  author: Identity,
  { people }: Trust,
): ApprovalRecord[] {
  const authors = new Set([signer, people.ownerOf(author.email)?.name]);
  return approvals.map((approval) => ({
    ...approval,
    byAuthor: approval.signer !== null && authors.has(approval.signer),
  }));
}
