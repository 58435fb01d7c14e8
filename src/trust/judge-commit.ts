import { type Commit, type Identity, parseCommit, type RawCommit } from "../git/index.ts";
import { CLOCK_SKEW_MS, type SignatureCode } from "../signatures/index.ts";
import { judgeSignature } from "./judge-signature.ts";
import { ignorePaths, judgeRules, type RuleCode } from "./rules.ts";
import { summarize } from "./summary.ts";
import type { Trust } from "./trust.ts";

/**
 * Why a commit is refused although its signature is good, or cannot even be asked for:
 *
 * - `SHA1_COLLISION`: it, or a tree that its changed paths rest on, was crafted to have the name of another.
 * - `MALFORMED_COMMIT`: the object could be read in two ways.
 * - `COMMIT_IN_FUTURE`: it claims a time that clocks out of step do not explain.
 * - `ROLE_MISSING`, `PATH_NOT_COVERED`: the rules do not let this signer change these paths.
 */
export type TrustCode = "SHA1_COLLISION" | "MALFORMED_COMMIT" | "COMMIT_IN_FUTURE" | RuleCode;

export type CommitCode = SignatureCode | TrustCode;

/** What was decided about one commit, and on what grounds. */
export interface CommitRecord {
  readonly oid: string;
  readonly verdict: "verified" | "refused";
  readonly scheme: string | null;
  /** Who signed; only ever set where cryptography proved it. */
  readonly signer: string | null;
  readonly roles: readonly string[];
  /** The key that signed, or, without a signer, the key that the signature names. */
  readonly key: string | null;
  readonly code: CommitCode | null;
  /** One sentence about the code; empty for a verified commit. */
  readonly message: string;
  /** As the commit claims; null where it is malformed. */
  readonly author: Identity | null;
  readonly committer: Identity | null;
  /** The message's first line, bounded, without control characters. */
  readonly summary: string;
}

/** Judges one commit by the trust and the time that are given; pure, and nothing is remembered. */
export async function judgeCommit(raw: RawCommit, trust: Trust, now: number): Promise<CommitRecord> {
  const unread = { ...NOBODY, author: null, committer: null, summary: "", oid: raw.oid };
  if (raw.collision !== undefined) return { ...unread, ...refuse("SHA1_COLLISION", raw.collision) };
  const parsed = parseCommit(raw.bytes);
  if (!parsed.ok) return { ...unread, ...refuse("MALFORMED_COMMIT", parsed.refusals[0].message) };
  const commit = parsed.value;
  const { author, committer } = commit;
  const claims = { oid: raw.oid, author, committer, summary: summarize(commit.message) };
  const { problem, ...by } = await judgeSignature({ ...commit, claimedAt: committer.at }, trust, now);
  if (problem !== undefined) return { ...claims, ...by, ...refuse(problem.code, problem.message) };
  const outcome = futureProblem(commit, trust, now) ?? ruleProblem(raw, trust, by.roles) ?? VERIFIED;
  return { ...claims, ...by, ...outcome };
}

type Outcome = Pick<CommitRecord, "verdict" | "code" | "message">;

const VERIFIED: Outcome = { verdict: "verified", code: null, message: "" };
const NOBODY = { scheme: null, signer: null, roles: [], key: null } as const;

function refuse(code: CommitCode, message: string): Outcome {
  return { verdict: "refused", code, message };
}

/** A time to come is a claim nobody can have made honestly, but for a clock out of step. */
function futureProblem({ committer }: Commit, { clock }: Trust, now: number): Outcome | undefined {
  if (clock === "git" || committer.at <= now + CLOCK_SKEW_MS) return undefined;
  return refuse(
    "COMMIT_IN_FUTURE",
    `the commit claims to be made at ${new Date(committer.at).toISOString()}`,
  );
}

function ruleProblem(
  { oid, changedPaths }: RawCommit,
  { rules }: Trust,
  roles: readonly string[],
): Outcome | undefined {
  if (changedPaths === undefined && !ignorePaths(rules)) {
    throw new TypeError(`the rules ask for paths, and the changed paths of ${oid} were not read`);
  }
  const problem = judgeRules(rules, roles, changedPaths ?? []);
  return problem === undefined ? undefined : refuse(problem.code, problem.message);
}
