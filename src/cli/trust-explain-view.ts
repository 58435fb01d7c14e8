import { type CommitExplanation, REMEDIES, type RuleExplanation } from "../trust/index.ts";
import { type Io, printable } from "./io.ts";

/** As many paths as fit where they are named. */
const MAX_PATHS = 5;

export function printExplanations(io: Io, explanations: readonly CommitExplanation[]): void {
  for (const explanation of explanations) printCommit(io, explanation);
  const refused = explanations.filter(({ record }) => record.verdict === "refused").length;
  if (explanations.length === 0) io.line("nothing to explain: the commit brings nothing after the base");
  if (explanations.length > 1) io.line(`${explanations.length} commits, ${refused} refused`);
}

function printCommit(io: Io, explanation: CommitExplanation): void {
  const { bold, cyan, green, red } = io.colors;
  const { record, rules, others, uncovered } = explanation;
  io.line(`${bold(`commit ${record.oid}`)} ${printable(record.summary)}`);
  for (const line of describeCommit(explanation)) io.line(`  ${printable(line)}`);
  for (const rule of rules) printRule(io, rule, record.oid);
  if (others.length > 0) io.line(`  not asked, for nothing here is theirs: rule ${others.join(", ")}`);
  if (uncovered.length > 0) {
    io.line(`  ${red("✗")} no rule says who may change: ${printable(listPaths(uncovered))}`);
  }
  if (record.code === null) io.line(`  ${green("verified")}: every rule that is about it is met`);
  else {
    io.line(`  ${red(bold(`refused: ${record.code}`))}: ${printable(record.message)}`);
    io.line(`  ${cyan("→")} ${REMEDIES[record.code]}`);
  }
  io.line();
}

function describeCommit({ record, changedPaths }: CommitExplanation): string[] {
  const { signer, roles, scheme, key, author, committer } = record;
  const by = signer === null ? "by nobody whom the policy knows" : `by ${signer} (${roles.join(", ")})`;
  const how = scheme === null ? "" : `, ${scheme} ${key ?? ""}`;
  const addresses =
    author === null || committer === null ? [] : [`author ${author.email}, committer ${committer.email}`];
  const changes =
    changedPaths === undefined
      ? []
      : [changedPaths.length === 0 ? "changes nothing by itself" : `changes ${listPaths(changedPaths)}`];
  return [scheme === null ? "not signed" : `signed ${by}${how}`.trimEnd(), ...addresses, ...changes];
}

function printRule(io: Io, rule: RuleExplanation, commit: string): void {
  const { green, red } = io.colors;
  const mark = rule.problems.length === 0 ? green("✓") : red("✗");
  io.line(
    `  ${mark} rule ${rule.number}, for ${printable(rule.paths.join(" "))}: ${printable(describeDemands(rule))}`,
  );
  if (rule.matched.length > 0) io.line(`      it is about ${printable(listPaths(rule.matched))}`);
  for (const { code, message } of rule.problems) {
    if (code !== "APPROVAL_MISSING") io.line(`      ${code}: ${printable(message)}`);
  }
  for (const line of describeApprovals(rule, commit)) io.line(`      ${printable(line)}`);
}

function describeDemands({ signedBy, approvals, addresses }: RuleExplanation): string {
  const whose = approvals?.notAuthor ? ", other than the author" : "";
  return [
    ...(signedBy === undefined ? [] : [`signed by somebody who is ${signedBy}`]),
    ...(approvals === undefined
      ? []
      : [
          `approved by ${approvals.count} in the role ${approvals.role}${whose} (${approvals.via.join(", ")})`,
        ]),
    ...addresses.map((kind) => `the ${kind}'s address is the signer's`),
  ].join("; ");
}

function describeApprovals({ approvals }: RuleExplanation, commit: string): string[] {
  if (approvals === undefined) return [];
  const { approvers, count, passedOver, candidates, via } = approvals;
  const by = approvers.length === 0 ? "" : `: ${approvers.join(", ")}`;
  const lines = [
    `${approvers.length} of ${count} have approved${by}`,
    ...passedOver.map(
      ({ via: kind, signer, code, reason }) =>
        `does not count: a ${kind} by ${signer ?? "nobody known"} (${code}: ${reason})`,
    ),
  ];
  if (approvers.length >= count) return lines;
  lines.push(`could still approve: ${candidates.join(", ") || "nobody"}`);
  if (via.includes("note")) lines.push(`→ sluice approve --commit ${commit}`);
  else lines.push(`→ a signed ${via.join(" or ")} by one of them`);
  return lines;
}

function listPaths(paths: readonly string[]): string {
  const more = paths.length > MAX_PATHS ? ` and ${paths.length - MAX_PATHS} more` : "";
  return `${paths.slice(0, MAX_PATHS).join(", ")}${more}`;
}

/** All of it, for programs. */
export function toJson(explanations: readonly CommitExplanation[]): unknown {
  const refused = explanations.some(({ record }) => record.verdict === "refused");
  return {
    verdict: refused ? "refused" : "verified",
    commits: explanations.map(({ record, rules, ...rest }) => ({
      ...record,
      remedy: record.code === null ? "" : REMEDIES[record.code],
      ...rest,
      rules: rules.map((rule) => ({ ...rule, met: rule.problems.length === 0 })),
    })),
  };
}
