import type { RawCommit } from "../git/index.ts";
import type { RuleAssessment, RuleProblem } from "./assess-rules.ts";
import { nameRequirement } from "./assess-rules.ts";
import type { ApprovalCount, PassedOver } from "./count-approvals.ts";
import { assessCommit, type CommitRecord } from "./judge-commit.ts";
import { type AddressKind, type ApprovalVia, type CommitRule, isForEverything } from "./rules.ts";
import type { Trust } from "./trust.ts";

/** What one rule asks of a commit that it is about, and what it finds. */
export interface RuleExplanation {
  /** Where in the policy: the first is 1. */
  readonly number: number;
  /** The patterns, as they are written. */
  readonly paths: readonly string[];
  /** Those of the commit's paths that it is about; none for a rule about everything, which is asked always. */
  readonly matched: readonly string[];
  /** Who must have signed, in words. */
  readonly signedBy: string | undefined;
  readonly addresses: readonly AddressKind[];
  readonly approvals: ApprovalExplanation | undefined;
  readonly problems: readonly RuleProblem[];
}

export interface ApprovalExplanation {
  readonly role: string;
  readonly count: number;
  readonly notAuthor: boolean;
  readonly via: readonly ApprovalVia[];
  /** Different people whose approval counts. */
  readonly approvers: readonly string[];
  readonly passedOver: readonly PassedOverExplanation[];
  /** Who could still approve. */
  readonly candidates: readonly string[];
}

export interface PassedOverExplanation {
  readonly via: ApprovalVia;
  readonly oid: string;
  readonly signer: string | null;
  readonly code: PassedOver["code"];
  readonly reason: string;
}

/** A verdict rule by rule, for somebody who asks why. */
export interface CommitExplanation {
  readonly record: CommitRecord;
  /** Undefined where no rule asks which they are. */
  readonly changedPaths: readonly string[] | undefined;
  /** Paths about which no rule says who may change them. */
  readonly uncovered: readonly string[];
  /** The rules that are about the commit; none where its signature did not come so far. */
  readonly rules: readonly RuleExplanation[];
  /** The numbers of those that are not. */
  readonly others: readonly number[];
}

/** Says rule by rule what {@link assessCommit} found; it decides nothing. */
export function explainCommit(
  record: CommitRecord,
  raw: Pick<RawCommit, "changedPaths">,
  trust: Trust,
): CommitExplanation {
  const assessment = assessCommit(record, raw, trust);
  const asked = new Set(assessment?.rules.map(({ rule }) => rule.number));
  return {
    record,
    changedPaths: raw.changedPaths,
    uncovered: assessment?.uncovered ?? [],
    rules: (assessment?.rules ?? []).map((each) => explainRule(each, record, trust)),
    others:
      assessment === undefined
        ? []
        : trust.rules.map(({ number }) => number).filter((each) => !asked.has(each)),
  };
}

function explainRule(
  { rule, paths, approvals, problems }: RuleAssessment,
  record: CommitRecord,
  trust: Trust,
): RuleExplanation {
  return {
    number: rule.number,
    paths: rule.paths,
    matched: isForEverything(rule) ? [] : paths,
    signedBy: describeSignedBy(rule),
    addresses: rule.addresses,
    approvals: approvals && explainApprovals(approvals, record, trust),
    problems,
  };
}

function describeSignedBy({ signedBy }: CommitRule): string | undefined {
  if (signedBy === undefined) return undefined;
  return signedBy.requirements.map(nameRequirement).join(signedBy.match === "any" ? " or " : " and ");
}

function explainApprovals(
  { needed, approvers, passedOver }: ApprovalCount,
  { signer, author }: CommitRecord,
  { people }: Trust,
): ApprovalExplanation {
  const { role, notAuthor } = needed;
  const authors = new Set(notAuthor ? [signer, author && people.ownerOf(author.email)?.name] : []);
  const candidates = people.all
    .filter(({ name, roles }) => roles.includes(role) && !approvers.includes(name) && !authors.has(name))
    .map(({ name }) => name);
  return { ...needed, approvers, passedOver: passedOver.map(explainPassedOver), candidates };
}

function explainPassedOver({ approval, code }: PassedOver): PassedOverExplanation {
  const { via, oid, signer, message } = approval;
  return { via, oid, signer, code, reason: message === "" ? reasonOf(code) : message };
}

function reasonOf(code: PassedOver["code"]): string {
  switch (code) {
    case "WRONG_KIND":
      return "the rule does not take approvals of this kind";
    case "ROLE_MISSING":
      return "the approver has not the role";
    case "SELF_APPROVAL":
      return "the approver signed the commit, or is its author";
    case "SAME_PERSON":
      return "another approval of the same person counts already";
    default:
      return "it is no approval";
  }
}
