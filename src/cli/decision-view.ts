import { type Decision, type Reason, toEvidence } from "../gate/index.ts";
import { type Io, printable } from "./io.ts";

const SHORT_OID = 10;
/** A page of reasons; the whole list is in the JSON output and in the evidence. */
const MAX_REASONS = 20;

export function shortOid(oid: string): string {
  return oid.slice(0, SHORT_OID);
}

/** Prints a decision for a person: the verdict, then each reason with what to do about it. */
export function printDecision(io: Io, decision: Decision): void {
  const { bold, dim, green, red, yellow } = io.colors;
  const { gate, source, commits, images } = decision;
  const verdict = decision.verdict === "admit" ? green("admitted") : red("refused");
  const ref = source.ref.replace(/^refs\/(heads|tags)\//, "");
  io.line(`${bold(`${gate.namespace}/${gate.name}`)}  ${ref}@${shortOid(source.head)}  ${bold(verdict)}`);
  if (decision.verdict === "deny") printReasons(io, decision.reasons, commits);
  else {
    const signers = new Set(commits.map(({ signer }) => signer).filter((signer) => signer !== null));
    const by = signers.size === 0 ? "" : `, signed by ${[...signers].map(printable).join(", ")}`;
    io.line(dim(`  ${count(commits.length, "commit")}${by}${describeApprovers(commits)}`));
    printReset(io, decision);
    io.line(
      dim(
        `  ${count(images.length, "image")} verified, ${count(decision.manifests.objects.length, "object")}`,
      ),
    );
    io.line(dim(`  ${decision.manifests.digest}`));
  }
  for (const warning of decision.findings.filter(({ rule }) => rule === "warn")) {
    io.line(
      `  ${yellow("warning")}  ${printable(warning.message)}${warning.object === undefined ? "" : dim(`  ${printable(warning.object)}`)}`,
    );
  }
}

/** Whoever approved something that somebody else had signed. */
function describeApprovers(commits: Decision["commits"]): string {
  const approvals = commits.flatMap((commit) => commit.approvals);
  const approvers = new Set(
    approvals.flatMap(({ code, byAuthor, signer }) => (code === null && !byAuthor ? (signer ?? []) : [])),
  );
  return approvers.size === 0 ? "" : `, approved by ${[...approvers].map(printable).join(", ")}`;
}

function printReset(io: Io, { reset, source }: Decision): void {
  if (reset?.to === undefined || reset.to !== source.base) return;
  const people = new Set(reset.records.flatMap(({ code, signer }) => (code === null ? (signer ?? []) : [])));
  io.line(`  taken back from ${shortOid(reset.from)} by ${[...people].map(printable).join(", ")}`);
}

function printReasons(io: Io, reasons: readonly Reason[], commits: Decision["commits"]): void {
  const { bold, cyan, dim } = io.colors;
  const width = Math.max(...reasons.map(({ code }) => code.length));
  for (const { stage, code, subject, message, remedy } of reasons.slice(0, MAX_REASONS)) {
    io.line(`  ${bold(code.padEnd(width))}  ${dim(`${stage}:`)} ${printable(subject)}`);
    for (const line of [describeCommit(subject, commits), message].filter((text) => text !== "")) {
      io.line(`  ${" ".repeat(width)}  ${printable(line)}`);
    }
    if (remedy !== "") io.line(`  ${" ".repeat(width)}  ${cyan("→")} ${printable(remedy)}`);
  }
  if (reasons.length > MAX_REASONS)
    io.line(dim(`  and ${reasons.length - MAX_REASONS} more: --output json has all`));
}

/** What the commit says of itself; nothing of it is proven. */
function describeCommit(subject: string, commits: Decision["commits"]): string {
  const commit = commits.find(({ oid }) => subject === `commit ${oid}`);
  if (commit === undefined || commit.author === null) return "";
  return `"${commit.summary}", by ${commit.author.name} <${commit.author.email}>`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** A decision for a machine: the same document that the audit log keeps as its evidence. */
export function toJson(decision: Decision): object {
  return JSON.parse(Buffer.from(toEvidence(decision)).toString());
}
