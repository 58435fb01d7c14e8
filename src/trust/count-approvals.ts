import type { ApprovalCode, ApprovalRecord } from "./judge-approval.ts";
import type { ApprovedBy } from "./rules.ts";

/** As many as are told in one sentence. */
const MAX_TOLD = 5;

/**
 * Why an approval does not count for a rule, beside what is wrong with it:
 *
 * - `WRONG_KIND`: the rule does not take approvals of this kind (`via`).
 * - `ROLE_MISSING`: the approver has not the role that the rule asks for.
 * - `SELF_APPROVAL`: the approver signed the commit, or is its author.
 * - `SAME_PERSON`: another approval of the same person counts already.
 */
export type PassedOverCode = ApprovalCode | "WRONG_KIND" | "ROLE_MISSING" | "SELF_APPROVAL" | "SAME_PERSON";

export interface PassedOver {
  readonly approval: ApprovalRecord;
  readonly code: PassedOverCode;
}

/** Who has approved, as one rule counts. */
export interface ApprovalCount {
  readonly needed: ApprovedBy;
  /** Different people. */
  readonly approvers: readonly string[];
  readonly passedOver: readonly PassedOver[];
}

export function countApprovals(needed: ApprovedBy, approvals: readonly ApprovalRecord[]): ApprovalCount {
  const approvers = new Set<string>();
  const passedOver: PassedOver[] = [];
  for (const approval of approvals) {
    const code = reasonAgainst(needed, approval, approvers);
    if (code !== undefined) passedOver.push({ approval, code });
    else if (approval.signer !== null) approvers.add(approval.signer);
  }
  return { needed, approvers: [...approvers], passedOver };
}

function reasonAgainst(
  { role, notAuthor, via }: ApprovedBy,
  approval: ApprovalRecord,
  approvers: ReadonlySet<string>,
): PassedOverCode | undefined {
  if (approval.code !== null) return approval.code;
  if (!via.includes(approval.via)) return "WRONG_KIND";
  if (!approval.roles.includes(role)) return "ROLE_MISSING";
  if (notAuthor && approval.byAuthor) return "SELF_APPROVAL";
  return approval.signer !== null && approvers.has(approval.signer) ? "SAME_PERSON" : undefined;
}

/** How many of how many, and by whom so far; undefined where there are enough. */
export function describeMissing({ needed, approvers, passedOver }: ApprovalCount): string | undefined {
  if (approvers.length >= needed.count) return undefined;
  const found = `${approvers.length} of ${needed.count} approvals by ${needed.role}`;
  const by = approvers.length === 0 ? "" : ` (${approvers.join(", ")})`;
  const told = passedOver.slice(0, MAX_TOLD).map(describePassedOver);
  const more = passedOver.length > MAX_TOLD ? ` and ${passedOver.length - MAX_TOLD} more` : "";
  const against = told.length === 0 ? "" : `, not counting ${told.join(", ")}${more}`;
  return `${found}${by}${against}`;
}

function describePassedOver({ approval, code }: PassedOver): string {
  return `the ${approval.via} of ${approval.signer ?? "nobody known"} (${code})`;
}
