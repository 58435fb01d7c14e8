import { clip } from "../clip.ts";
import type { Identity } from "../git/index.ts";
import { type ApprovalCount, countApprovals, describeMissing } from "./count-approvals.ts";
import type { ApprovalRecord } from "./judge-approval.ts";
import { matchPath } from "./path-pattern.ts";
import type { People } from "./people.ts";
import {
  type AddressKind,
  type CommitRule,
  ignorePaths,
  isForEverything,
  meets,
  meetsSignedBy,
  type Requirement,
  type SignedBy,
  saysWho,
} from "./rules.ts";
import type { Trust } from "./trust.ts";

/**
 * Why the rules refuse a commit whose signature is good:
 *
 * - `PATH_NOT_COVERED`: no rule says who may change a path.
 * - `ROLE_MISSING`, `SIGNER_NOT_ALLOWED`: the signer has not the role, or is not the person, that a rule asks for.
 * - `COMMITTER_MISMATCH`, `AUTHOR_MISMATCH`: the commit carries an address that is not the signer's.
 * - `APPROVAL_MISSING`: fewer people have approved than a rule asks for.
 */
export type RuleCode = (typeof RULE_CODES)[number];

/** What cannot be helped by somebody's approval comes first. */
const RULE_CODES = [
  "PATH_NOT_COVERED",
  "ROLE_MISSING",
  "SIGNER_NOT_ALLOWED",
  "COMMITTER_MISMATCH",
  "AUTHOR_MISMATCH",
  "APPROVAL_MISSING",
] as const;

export interface RuleProblem {
  readonly code: RuleCode;
  readonly message: string;
}

/** A commit whose signature is good, as far as rules look at it. */
export interface SignedChange {
  readonly signer: string;
  readonly roles: readonly string[];
  readonly author: Identity;
  readonly committer: Identity;
  readonly approvals: readonly ApprovalRecord[];
}

/** What one rule says of a commit that it is about. */
export interface RuleAssessment {
  readonly rule: CommitRule;
  /** Those of the commit's paths that the rule is about. */
  readonly paths: readonly string[];
  readonly approvals: ApprovalCount | undefined;
  readonly problems: readonly RuleProblem[];
}

export interface Assessment {
  /** The rules that are about the commit. */
  readonly rules: readonly RuleAssessment[];
  /** The paths about which no rule says who may change them. */
  readonly uncovered: readonly string[];
  /** All that is wrong, what weighs most first; where there is none, the commit is let through. */
  readonly problems: readonly RuleProblem[];
}

/**
 * What the rules say of a commit that changes `paths`. Every rule that is about one of them must be met, and a path
 * must be covered by one that says who may change it. A commit that changes nothing (an empty one, a clean merge)
 * must meet the rules for everything, or where none of them says who, any one rule that does.
 */
export function assessRules(
  rules: readonly CommitRule[],
  change: SignedChange,
  paths: readonly string[],
  people: People,
): Assessment {
  if (paths.length === 0) return assessUnchanged(rules, change, people);
  const matched = new Map<CommitRule, string[]>();
  const uncovered: string[] = [];
  for (const path of paths) {
    let isCovered = false;
    for (const rule of rules) {
      const match = matchPath(path, rule.patterns);
      if (match === "whole" && saysWho(rule)) isCovered = true;
      if (match !== "none") addTo(matched, rule, path);
    }
    if (!isCovered) uncovered.push(path);
  }
  const assessed = rules.flatMap((rule) => {
    const found = matched.get(rule);
    return found === undefined ? [] : [assessRule(rule, found, change, people)];
  });
  return summarize(assessed, uncovered, uncovered.slice(0, 1).map(notCovered));
}

function addTo(matched: Map<CommitRule, string[]>, rule: CommitRule, path: string): void {
  const paths = matched.get(rule);
  if (paths === undefined) matched.set(rule, [path]);
  else paths.push(path);
}

/** For rules that are all about everything, paths need not be known. */
export function assessWithoutPaths(
  rules: readonly CommitRule[],
  change: SignedChange,
  people: People,
): Assessment {
  if (!ignorePaths(rules))
    throw new TypeError("the rules ask for paths, and the changed paths were not read");
  return assessUnchanged(rules, change, people);
}

function assessUnchanged(rules: readonly CommitRule[], change: SignedChange, people: People): Assessment {
  const assess = (rule: CommitRule): RuleAssessment => assessRule(rule, [], change, people);
  const general = rules.filter(isForEverything);
  if (general.some(saysWho)) return summarize(general.map(assess), [], []);
  const candidates = rules.filter(saysWho).map(assess);
  const met = candidates.find(({ problems }) => problems.length === 0);
  const [first, ...others] = candidates;
  if (first === undefined) {
    const message = "no rule says who may commit at all";
    return summarize(general.map(assess), [], [{ code: "PATH_NOT_COVERED", message }]);
  }
  const alternatives = others.map(({ rule }) => rule.number).join(" or ");
  const problems = first.problems.map(({ code, message }) => ({
    code,
    message: alternatives === "" ? message : `${message}; what rule ${alternatives} asks would do as well`,
  }));
  return summarize([...general.map(assess), met ?? { ...first, problems }], [], []);
}

/**
 * Why somebody may not choose which of the verified commits stands (by a signed tag): they must be who a rule says must
 * sign a commit that changes nothing, or where it asks for approvals alone, somebody who might approve it.
 */
export function judgeMover(
  { rules, people }: Pick<Trust, "rules" | "people">,
  mover: Pick<SignedChange, "signer" | "roles">,
): RuleProblem | undefined {
  const signerRules = rules.filter(saysWho).map((rule): CommitRule => {
    const role = rule.approvedBy === undefined ? [] : [{ role: rule.approvedBy.role }];
    const signedBy = rule.signedBy ?? { match: "all", requirements: role };
    return { ...rule, signedBy, approvedBy: undefined, addresses: [] };
  });
  const nobody = { name: "", email: "", at: 0, timezone: "+0000" };
  const change = { ...mover, author: nobody, committer: nobody, approvals: [] };
  return assessUnchanged(signerRules, change, people).problems[0];
}

function summarize(
  rules: readonly RuleAssessment[],
  uncovered: readonly string[],
  problems: readonly RuleProblem[],
): Assessment {
  const all = [...problems, ...rules.flatMap((each) => each.problems)];
  const weigh = ({ code }: RuleProblem): number => RULE_CODES.indexOf(code);
  return { rules, uncovered, problems: all.toSorted((a, b) => weigh(a) - weigh(b)) };
}

function notCovered(path: string): RuleProblem {
  return { code: "PATH_NOT_COVERED", message: `no rule says who may change ${JSON.stringify(clip(path))}` };
}

function assessRule(
  rule: CommitRule,
  paths: readonly string[],
  change: SignedChange,
  people: People,
): RuleAssessment {
  const purpose = describePurpose(rule, paths);
  const { signedBy, approvedBy, addresses } = rule;
  const approvals = approvedBy && countApprovals(approvedBy, change.approvals);
  const missing = approvals && describeMissing(approvals);
  return {
    rule,
    paths,
    approvals,
    problems: [
      ...(signedBy === undefined ? [] : judgeSigner(signedBy, change, purpose)),
      ...addresses.flatMap((kind) => judgeAddress(kind, change, people, purpose)),
      ...(missing === undefined
        ? []
        : [{ code: "APPROVAL_MISSING" as const, message: `${missing}, ${purpose}` }]),
    ],
  };
}

function describePurpose({ number }: CommitRule, [path, ...others]: readonly string[]): string {
  if (path === undefined) return `asked for by rule ${number}`;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `asked for by rule ${number} to change ${JSON.stringify(clip(path))}${more}`;
}

function judgeSigner(signedBy: SignedBy, { signer, roles }: SignedChange, purpose: string): RuleProblem[] {
  const person = { name: signer, roles };
  if (meetsSignedBy(signedBy, person)) return [];
  const unmet = signedBy.requirements.filter((requirement) => !meets(requirement, person));
  const message = `the signer ${signer} is not ${unmet.map(nameRequirement).join(" or ")}, ${purpose}`;
  const code = unmet.every((requirement) => "role" in requirement) ? "ROLE_MISSING" : "SIGNER_NOT_ALLOWED";
  return [{ code, message }];
}

/** How a requirement is told. */
export function nameRequirement(requirement: Requirement): string {
  return "role" in requirement ? `in the role ${requirement.role}` : requirement.signer;
}

const MISMATCH = { committer: "COMMITTER_MISMATCH", author: "AUTHOR_MISMATCH" } as const;

function judgeAddress(
  kind: AddressKind,
  change: SignedChange,
  people: People,
  purpose: string,
): RuleProblem[] {
  const { email } = change[kind];
  if (people.get(change.signer)?.emails.includes(email)) return [];
  const message = `the ${kind}'s address ${JSON.stringify(clip(email))} is none of the signer ${change.signer}'s`;
  return [{ code: MISMATCH[kind], message: `${message}, ${purpose}` }];
}
