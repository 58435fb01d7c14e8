import { describe, expect, it } from "vitest";
import {
  attested,
  BUNDLE,
  commit,
  evaluated,
  found,
  HEAD,
  image,
  manifests,
  NOW,
  UNSIGNED,
  verified,
} from "../../test/support/findings.ts";
import { sha256 } from "../digest.ts";
import type { PolicyFinding } from "../policy/index.ts";
import { refused } from "../refusal.ts";
import { decide, type Findings } from "./decide.ts";
import type { Decision } from "./decision.ts";

function reasonsOf(decision: Decision): string[] {
  return decision.verdict === "deny" ? decision.reasons.map(({ stage, code }) => `${stage} ${code}`) : [];
}

const finding: PolicyFinding = {
  bundle: "baseline",
  package: "sluice.object.limits",
  rule: "deny",
  message: "too many replicas",
  object: "apps/v1 Deployment payments/api",
  path: "spec.replicas",
  remediation: "ask for fewer",
  controls: ["PCI-DSS-6.5.1"],
};

describe("an admission", () => {
  it("rests on an answer of every stage, and carries all that was found", () => {
    expect(decide(found)).toEqual({
      verdict: "admit",
      gate: found.gate,
      at: NOW,
      source: found.source,
      trust: found.trust,
      policies: [BUNDLE],
      commits: [commit],
      images: [image],
      findings: [],
      manifests,
    });
  });

  it("passes on the manifests that were pinned, not those that were rendered", () => {
    const rendered = { objects: [], digest: sha256("before pinning") };
    expect(decide({ ...found, render: { ok: true, value: rendered } })).toMatchObject({ manifests });
  });

  it("needs no commit where the head is what was admitted last, or where trust begins", () => {
    const source = { ...found.source, base: HEAD };
    expect(decide({ ...found, source, verify: { ...verified, records: [] } }).verdict).toBe("admit");
  });

  it("is not prevented by a warning, and keeps it", () => {
    const warning = { ...finding, rule: "warn" as const };
    const decision = decide({ ...found, evaluate: { ...evaluated, findings: [warning] } });
    expect(decision).toMatchObject({ verdict: "admit", findings: [warning] });
  });
});

describe("closed is the natural state", () => {
  const { verify, render, attest, evaluate, ...begun } = found;

  it.each<[string, Findings, string]>([
    ["nothing was looked at", begun, "verify NOT_EVALUATED"],
    ["nobody looked at the commits", { ...begun, render, attest, evaluate }, "verify NOT_EVALUATED"],
    ["nothing was rendered", { ...begun, verify, attest, evaluate }, "render NOT_EVALUATED"],
    ["nobody looked at the images", { ...begun, verify, render, evaluate }, "attest NOT_EVALUATED"],
    ["no policy was asked", { ...begun, verify, render, attest }, "evaluate NOT_EVALUATED"],
    [
      "the commits were neither refused nor vouched for",
      { ...found, verify: { ...verified, verified: undefined } },
      "verify NOT_EVALUATED",
    ],
    [
      "the head is not among the commits",
      { ...found, verify: { ...verified, records: [{ ...commit, oid: "b".repeat(40) }] } },
      "verify NOT_EVALUATED",
    ],
    [
      "the head is among the commits, and was not found good",
      { ...found, verify: { ...verified, records: [{ ...commit, verdict: "refused" }] } },
      "verify NOT_EVALUATED",
    ],
    [
      "there are no commits, and the head is not what was admitted last",
      { ...found, source: { ...found.source, base: "b".repeat(40) }, verify: { ...verified, records: [] } },
      "verify NOT_EVALUATED",
    ],
    [
      "the images were neither refused nor vouched for",
      { ...found, attest: { ...attested, verified: undefined } },
      "attest NOT_EVALUATED",
    ],
    [
      "the gate has no policies",
      { ...found, policies: [], evaluate: { ...evaluated, bundles: [] } },
      "evaluate NOT_EVALUATED",
    ],
    [
      "a bundle is missing from the report",
      { ...found, evaluate: { ...evaluated, bundles: [] } },
      "evaluate POLICY_NOT_EVALUATED",
    ],
    [
      "one bundle of two is missing",
      { ...found, policies: [BUNDLE, { name: "payments", digest: sha256("payments") }] },
      "evaluate POLICY_NOT_EVALUATED",
    ],
    [
      "another version of the bundle was evaluated",
      { ...found, evaluate: { ...evaluated, bundles: [{ ...BUNDLE, digest: sha256("older") }] } },
      "evaluate POLICY_NOT_EVALUATED",
    ],
    [
      "a policy could not run",
      {
        ...found,
        evaluate: {
          ...evaluated,
          faults: [{ bundle: "baseline", code: "POLICY_DEADLINE", message: "no answer in 10 s" }],
        },
      },
      "evaluate POLICY_DEADLINE",
    ],
    [
      "a policy denies",
      { ...found, evaluate: { ...evaluated, findings: [finding] } },
      "evaluate POLICY_DENIED",
    ],
    ["the tree was refused", { ...found, fetch: [{ ...UNSIGNED, code: "SYMLINK" }] }, "fetch SYMLINK"],
    [
      "a commit was refused, and vouched for as well",
      { ...found, verify: { ...verified, refusals: [UNSIGNED] } },
      "verify UNSIGNED",
    ],
    ["rendering was refused", { ...found, render: refused({ ...UNSIGNED, code: "EMPTY" }) }, "render EMPTY"],
    [
      "an image was refused, and the rest vouched for",
      { ...found, attest: { ...attested, refusals: [{ ...UNSIGNED, code: "IMAGE_UNSIGNED" }] } },
      "attest IMAGE_UNSIGNED",
    ],
  ])("where %s", (_, findings, reason) => {
    const decision = decide(findings);
    expect(reasonsOf(decision)).toEqual([reason]);
    expect(decision).not.toHaveProperty("manifests");
  });
});

describe("a denial", () => {
  it("gives every reason, in the order of the flow", () => {
    const decision = decide({
      ...found,
      verify: { ...verified, refusals: [UNSIGNED] },
      attest: { ...attested, refusals: [{ ...UNSIGNED, code: "IMAGE_UNSIGNED" }] },
      evaluate: { ...evaluated, bundles: [], findings: [finding] },
    });
    expect(reasonsOf(decision)).toEqual([
      "verify UNSIGNED",
      "attest IMAGE_UNSIGNED",
      "evaluate POLICY_NOT_EVALUATED",
      "evaluate POLICY_DENIED",
    ]);
  });

  it("says of a policy's finding where, what and what to do", () => {
    const decision = decide({ ...found, evaluate: { ...evaluated, findings: [finding] } });
    expect(decision).toMatchObject({
      reasons: [
        {
          subject: "apps/v1 Deployment payments/api at spec.replicas",
          message: "too many replicas (sluice.object.limits)",
          remedy: "ask for fewer",
        },
      ],
    });
  });

  it("says of a finding about the change as a whole that it is", () => {
    const { object, path, remediation, ...whole } = finding;
    const decision = decide({ ...found, evaluate: { ...evaluated, findings: [whole] } });
    expect(decision).toMatchObject({ reasons: [{ subject: "the change", remedy: "" }] });
  });

  it("names the commit where a stage gave no answer", () => {
    const decision = decide({ ...found, verify: { ...verified, verified: undefined } });
    expect(decision).toMatchObject({ reasons: [{ subject: `commit ${HEAD}` }] });
  });
});
