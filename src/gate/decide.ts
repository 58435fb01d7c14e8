import type { ArtifactVerdict } from "../artifacts/index.ts";
import type { PolicyFinding, PolicyReport } from "../policy/index.ts";
import type { GateReset } from "./reset.ts";
import type { SubmoduleVerdict } from "./submodules.ts";
import { isNonEmpty, type Judged, type Refusal } from "../refusal.ts";
import type { Manifests } from "../render/index.ts";
import type { SnapshotVerdict } from "../trust/index.ts";
import type { Verified } from "../verified.ts";
import type { ChangeSource, Decision, Named, Reason, Stage, SubmoduleRecord } from "./decision.ts";

/** What the stages found, as far as the flow came; a stage that was not reached is absent. */
export interface Findings {
  readonly gate: { readonly namespace: string; readonly name: string };
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly source: ChangeSource;
  readonly trust: Named;
  /** The bundles that the gate names: each has to be in the report. */
  readonly policies: readonly Named[];
  readonly fetch: readonly Refusal[];
  /** Absent where nobody would take the gate back. */
  readonly reset?: GateReset;
  readonly verify?: SnapshotVerdict;
  /** Of the submodules that the tree pins; absent where there are none. */
  readonly submodules?: readonly SubmoduleVerdict[];
  readonly render?: Judged<Manifests>;
  readonly attest?: ArtifactVerdict;
  readonly evaluate?: PolicyReport;
}

/**
 * Judges what the stages found. Pure: the same findings give the same decision. Admits only when every stage
 * answered, none refused, and every bundle of the gate was evaluated; anything else, absence included, is
 * a denial.
 */
export function decide(found: Findings): Decision {
  const { gate, at, source, trust, policies } = found;
  const base = {
    gate,
    at,
    source,
    trust,
    policies,
    commits: found.verify?.records ?? [],
    ...(found.verify?.tag !== undefined && { tag: found.verify.tag }),
    ...(found.reset !== undefined && { reset: found.reset }),
    ...(found.submodules !== undefined && { submodules: found.submodules.map(toRecord) }),
    images: found.attest?.images ?? [],
    findings: found.evaluate?.findings ?? [],
  };
  const reasons = [
    ...staged("fetch", found.fetch),
    ...staged("verify", found.verify?.refusals),
    ...staged("verify", resetRefusals(found)),
    ...(found.submodules ?? []).flatMap(({ refusals }) => staged("verify", refusals)),
    ...staged("render", found.render?.ok === false ? found.render.refusals : []),
    ...staged("attest", found.attest?.refusals),
    ...staged("evaluate", found.evaluate && policyRefusals(found.evaluate, policies)),
  ];
  if (isNonEmpty(reasons)) return { ...base, verdict: "deny", reasons };
  const answer = admissible(found);
  return typeof answer === "string"
    ? { ...base, verdict: "deny", reasons: [notEvaluated(answer, source)] }
    : { ...base, verdict: "admit", manifests: answer };
}

/**
 * Why the tags that would take the gate back do not. A range that begins where they lead must begin there still when the
 * change is judged: a key may have expired in between.
 */
function resetRefusals({ reset, source }: Findings): readonly Refusal[] {
  if (reset === undefined || (reset.to !== undefined && reset.to === source.base)) return [];
  return reset.refusals;
}

/** What every stage passed on, or the first one that passed nothing on: closed is the natural state. */
function admissible(found: Findings): Verified<Manifests> | Stage {
  const { policies, verify, render, attest, evaluate } = found;
  if (verify?.verified === undefined || !coversHead(found.source, verify)) return "verify";
  if (found.submodules?.some(({ verified }) => verified === undefined)) return "verify";
  if (render?.ok !== true) return "render";
  if (attest?.verified === undefined) return "attest";
  return evaluate === undefined || policies.length === 0 ? "evaluate" : attest.verified;
}

function toRecord({ path, url, revision, trust, commits }: SubmoduleVerdict): SubmoduleRecord {
  return { path, url, revision, trust, commits };
}

/** What is rendered is the head: it was judged itself, or trust begins with it, or it was admitted already. */
function coversHead({ head, base }: ChangeSource, { records }: SnapshotVerdict): boolean {
  return head === base || records.some(({ oid, verdict }) => oid === head && verdict === "verified");
}

function staged(stage: Stage, refusals: readonly Refusal[] = []): Reason[] {
  return refusals.map((refusal) => ({ stage, ...refusal }));
}

function policyRefusals(report: PolicyReport, expected: readonly Named[]): Refusal[] {
  const evaluated = new Set(report.bundles.map(({ name, digest }) => `${name} ${digest}`));
  const absent = expected.filter(({ name, digest }) => !evaluated.has(`${name} ${digest}`));
  return [
    ...absent.map(({ name }) => ({
      code: "POLICY_NOT_EVALUATED",
      subject: `policy bundle ${name}`,
      message: "the gate names this bundle, and it was not evaluated",
      remedy: "this is a fault of the gate; the change stays out until it is mended",
    })),
    ...report.faults.map(({ bundle, code, message }) => ({
      code,
      subject: `policy bundle ${bundle}`,
      message,
      remedy: "mend the policy: one that cannot run denies",
    })),
    ...report.findings.filter(({ rule }) => rule === "deny").map(toRefusal),
  ];
}

function toRefusal(finding: PolicyFinding): Refusal {
  const place = finding.path === undefined ? "" : ` at ${finding.path}`;
  return {
    code: "POLICY_DENIED",
    subject: finding.object === undefined ? `the change${place}` : `${finding.object}${place}`,
    message: `${finding.message} (${finding.package})`,
    remedy: finding.remediation ?? "",
  };
}

/** For a stage that neither refused nor passed anything on. */
function notEvaluated(stage: Stage, { head }: ChangeSource): Reason {
  return {
    stage,
    code: "NOT_EVALUATED",
    subject: `commit ${head}`,
    message: "a stage of the flow gave no answer",
    remedy: "this is a fault of the gate; the change stays out until it is mended",
  };
}
