import type { ArtifactVerdict, ImageEvidence } from "../../src/artifacts/index.ts";
import { sha256 } from "../../src/digest.ts";
import type { Admit, Decision, Deny, Findings } from "../../src/gate/index.ts";
import { decide } from "../../src/gate/index.ts";
import type { Snapshot } from "../../src/git/index.ts";
import type { PolicyReport } from "../../src/policy/index.ts";
import { passed } from "../../src/refusal.ts";
import { type KubernetesObject, type Manifests, manifestsOf } from "../../src/render/index.ts";
import type { CommitRecord, SnapshotVerdict } from "../../src/trust/index.ts";
import type { Verified } from "../../src/verified.ts";

/** What the stages find in a change that is in order; and what makes decisions of it without running any. */

export const NOW = Date.parse("2026-06-01T12:00:00Z");
export const HEAD = "a".repeat(40);
export const BUNDLE = { name: "baseline", digest: sha256("baseline") };

export const OBJECTS: readonly KubernetesObject[] = [
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "payments" },
    data: { a: "1" },
  },
];

export const manifests = manifestsOf(OBJECTS) as Verified<Manifests>;

const identity = { name: "alice", email: "alice@bank.example", at: NOW, timezone: "+0000" };

export const commit: CommitRecord = {
  oid: HEAD,
  verdict: "verified",
  scheme: "ssh",
  signer: "alice",
  roles: ["developer"],
  key: "SHA256:alice",
  code: null,
  message: "",
  author: identity,
  committer: identity,
  summary: "Change",
  approvals: [],
};

export const image: ImageEvidence = {
  image: "registry.bank.example/api:1",
  uses: [{ object: "v1 Pod payments/api", path: "/spec/containers/0/image" }],
  reference: `registry.bank.example/api:1@${sha256("image")}`,
  digest: sha256("image"),
  signatures: [],
  attestations: [],
};

export const verified = {
  records: [commit],
  refusals: [],
  verified: { head: HEAD } as Verified<Snapshot>,
} satisfies SnapshotVerdict;

export const attested = {
  images: [image],
  refusals: [],
  notices: [],
  resolvedAt: NOW,
  verified: manifests,
} satisfies ArtifactVerdict;

export const evaluated: PolicyReport = { bundles: [BUNDLE], findings: [], faults: [] };

export const found = {
  gate: { namespace: "payments", name: "prod" },
  at: NOW,
  source: {
    url: "https://git.bank.example/config.git",
    ref: "refs/heads/main",
    head: HEAD,
    base: undefined,
    changedPaths: ["prod/app.yaml"],
  },
  trust: { name: "trust", digest: sha256("trust") },
  policies: [BUNDLE],
  fetch: [],
  verify: verified,
  render: passed<Manifests>(manifests),
  attest: attested,
  evaluate: evaluated,
} satisfies Findings;

/** An admission of a commit; every digit gives another. */
export function admission(digit = "a", changes: Partial<Findings> = {}): Admit {
  const head = digit.repeat(40);
  const verify = { ...verified, records: [{ ...commit, oid: head }] };
  const decision = decide({ ...found, source: { ...found.source, head }, verify, ...changes });
  if (decision.verdict === "deny") throw new TypeError("this is in order");
  return decision;
}

export const UNSIGNED = {
  code: "UNSIGNED",
  subject: `commit ${HEAD}`,
  message: "the commit is not signed",
  remedy: "sign it",
} as const;

/** A denial of a commit that nobody signed. */
export function denial(digit = "a", changes: Partial<Findings> = {}): Deny {
  const source = { ...found.source, head: digit.repeat(40) };
  const refused = { ...verified, refusals: [UNSIGNED], verified: undefined };
  const decision: Decision = decide({ ...found, source, verify: refused, ...changes });
  if (decision.verdict === "admit") throw new TypeError("this is not in order");
  return decision;
}
