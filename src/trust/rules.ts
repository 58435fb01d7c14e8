import type { CommitRuleMaterial } from "../api/index.ts";
import { TrustError } from "./error.ts";
import { isEverything, type PathPatterns, parsePathPatterns } from "./path-pattern.ts";
import type { People, Person } from "./people.ts";

/** Who somebody must be: anybody in a role, or one certain signer. */
export type Requirement = { readonly role: string } | { readonly signer: string };

/** What the one signer of a commit must be: one of these, or each of them at once. */
export interface SignedBy {
  readonly match: "any" | "all";
  readonly requirements: readonly Requirement[];
}

export type ApprovalVia = "merge" | "tag" | "note";

export interface ApprovedBy {
  readonly role: string;
  /** How many people. */
  readonly count: number;
  /** Whether the commit's signer and its author are none of them. */
  readonly notAuthor: boolean;
  readonly via: readonly ApprovalVia[];
}

export type AddressKind = "committer" | "author";

/** What a commit must meet that changes what the patterns match. */
export interface CommitRule {
  /** Where in the policy: the first is 1. */
  readonly number: number;
  /** As they are written. */
  readonly paths: readonly string[];
  readonly patterns: PathPatterns;
  readonly signedBy: SignedBy | undefined;
  readonly approvedBy: ApprovedBy | undefined;
  /** Which of the commit's addresses must be the signer's. */
  readonly addresses: readonly AddressKind[];
}

/**
 * Checks the rules of a policy against the people whom it names. Throws EMPTY_TRUST, and INVALID_RULE for a rule that
 * nobody could ever meet: it would keep everything out, and mean something else.
 */
export function compileRules(rules: readonly CommitRuleMaterial[], people: People): CommitRule[] {
  if (rules.length === 0) {
    throw new TrustError("EMPTY_TRUST", "the trust policy has no rules for commits", {
      remedy: 'add one to `commits`, such as {paths: ["**"], signedBy: {role: developer}}',
    });
  }
  return rules.map((material, index) => {
    const rule = toRule(material, index + 1);
    requireSomebody(rule, people);
    return rule;
  });
}

function toRule(material: CommitRuleMaterial, number: number): CommitRule {
  const { paths, signedBy, approvedBy, addresses = [] } = material;
  if (signedBy === undefined && approvedBy === undefined && addresses.length === 0) {
    throw invalid(number, "asks for nothing", "give it `signedBy`, `approvedBy` or `addresses`");
  }
  return {
    number,
    paths,
    patterns: compilePatterns(paths, number),
    signedBy: signedBy === undefined ? undefined : toSignedBy(signedBy),
    approvedBy,
    addresses,
  };
}

function toSignedBy(signedBy: NonNullable<CommitRuleMaterial["signedBy"]>): SignedBy {
  if ("role" in signedBy) return { match: "all", requirements: [signedBy] };
  if ("any" in signedBy) return { match: "any", requirements: signedBy.any };
  return { match: "all", requirements: signedBy.all };
}

function compilePatterns(texts: readonly string[], number: number): PathPatterns {
  const patterns = parsePathPatterns(texts);
  if (patterns.ok) return patterns.value;
  const [{ message, remedy }] = patterns.refusals;
  throw invalid(number, message, remedy);
}

/** Whether a person is who a rule says must have signed. */
export function meetsSignedBy({ match, requirements }: SignedBy, person: Omit<Person, "emails">): boolean {
  return match === "any"
    ? requirements.some((each) => meets(each, person))
    : requirements.every((each) => meets(each, person));
}

export function meets(requirement: Requirement, { name, roles }: Omit<Person, "emails">): boolean {
  return "role" in requirement ? roles.includes(requirement.role) : requirement.signer === name;
}

/** Throws INVALID_RULE where no signer and no choice of approvers could meet the rule. */
function requireSomebody({ number, signedBy, approvedBy, addresses }: CommitRule, people: People): void {
  for (const requirement of signedBy?.requirements ?? []) {
    if (people.all.some((person) => meets(requirement, person))) continue;
    const nobody = "role" in requirement ? `the role ${requirement.role}` : `a signer ${requirement.signer}`;
    throw invalid(number, `asks for ${nobody}, which the policy gives nobody`, "check how it is spelt");
  }
  const signers = people.all.filter((person) => signedBy === undefined || meetsSignedBy(signedBy, person));
  if (signers.length === 0) {
    throw invalid(
      number,
      "asks one signer to be all of what nobody is",
      "use `any`, or give somebody the roles",
    );
  }
  const known = signers.filter(({ emails }) => addresses.length === 0 || emails.length > 0);
  if (known.length === 0) {
    throw invalid(number, "asks for addresses of signers who have none", "give the signers their `emails`");
  }
  if (approvedBy !== undefined) requireApprovers(approvedBy, number, known, people);
}

function requireApprovers(
  { role, count, notAuthor }: ApprovedBy,
  number: number,
  signers: readonly Person[],
  people: People,
): void {
  const holders = people.all.filter(({ roles }) => roles.includes(role));
  if (holders.length === 0) {
    throw invalid(number, `asks for approvals by ${role}, a role that nobody has`, "check how it is spelt");
  }
  const able = signers.some((signer) => {
    const others = notAuthor ? holders.filter(({ name }) => name !== signer.name) : holders;
    return others.length >= count;
  });
  if (able) return;
  const whom = notAuthor ? ", and whoever signs the commit is none of them" : "";
  throw invalid(
    number,
    `asks for ${count} approvals by ${role}, a role that ${holders.length} have${whom}`,
    "lower the `count`, or give the role to more people",
  );
}

function invalid(number: number, problem: string, remedy: string): TrustError {
  return new TrustError("INVALID_RULE", `rule ${number} of \`commits\`: ${problem}`, { remedy });
}

/** Whether the rules ask nothing about which paths a commit changes. */
export function ignorePaths(rules: readonly CommitRule[]): boolean {
  return rules.every(isForEverything);
}

export function isForEverything({ patterns }: CommitRule): boolean {
  return isEverything(patterns);
}

/** Whether a rule says who may change what it matches. Whose address a commit carries says nothing about that. */
export function saysWho({ signedBy, approvedBy }: CommitRule): boolean {
  return signedBy !== undefined || approvedBy !== undefined;
}
