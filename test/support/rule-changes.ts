import type { CommitRuleMaterial } from "../../src/api/index.ts";
import { assessRules, type SignedChange } from "../../src/trust/assess-rules.ts";
import type { ApprovalRecord } from "../../src/trust/judge-approval.ts";
import { People } from "../../src/trust/people.ts";
import { type CommitRule, compileRules } from "../../src/trust/rules.ts";

export const SIGNERS = ["alice", "bob", "carol", "dave"] as const;
const ROLES = ["developer", "releaser", "auditor", "Releaser"] as const;

/** Everybody has every role as far as a policy's rules are checked; whom the tests ask about has those they name. */
export const PEOPLE = new People(
  SIGNERS.map((name) => ({ name, roles: ROLES, emails: [`${name}@bank.example`] })),
);

export function compile(rules: readonly CommitRuleMaterial[]): CommitRule[] {
  return compileRules(rules, PEOPLE);
}

export function signedRules(...list: readonly (readonly [role: string, ...paths: string[]])[]): CommitRule[] {
  return compile(list.map(([role, ...paths]) => ({ paths, signedBy: { role } })));
}

export function identity(name: string): SignedChange["author"] {
  return { name, email: `${name}@bank.example`, at: 0, timezone: "+0000" };
}

export function change(parts: Partial<SignedChange> = {}): SignedChange {
  const alice = identity("alice");
  return { signer: "alice", roles: ["developer"], author: alice, committer: alice, approvals: [], ...parts };
}

export function approval(signer: string, parts: Partial<ApprovalRecord> = {}): ApprovalRecord {
  return {
    via: "note",
    oid: signer.padEnd(40, "0"),
    ref: "refs/notes/sluice-approvals",
    scheme: "ssh",
    signer,
    roles: ["releaser"],
    key: `SHA256:${signer}`,
    byAuthor: signer === "alice",
    code: null,
    message: "",
    ...parts,
  };
}

export function judge(rules: readonly CommitRule[], by: SignedChange, paths: readonly string[]): string {
  return assessRules(rules, by, paths, PEOPLE).problems[0]?.code ?? "passed";
}
