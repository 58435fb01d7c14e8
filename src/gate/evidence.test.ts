import { describe, expect, it } from "vitest";
import {
  admission,
  BUNDLE,
  commit,
  denial,
  found,
  HEAD,
  image,
  NOW,
  OBJECTS,
} from "../../test/support/findings.ts";
import {
  canonicalJson,
  type JsonValue,
  type KubernetesObject,
  type Manifests,
  manifestsOf,
} from "../render/index.ts";
import type { Verified } from "../verified.ts";
import { changeIdOf } from "./change.ts";
import type { Decision } from "./decision.ts";
import { EVIDENCE_TYPE, toEvidence } from "./evidence.ts";

const CANARY = "canary-7c1e";

function read(decision: Decision): JsonValue {
  return JSON.parse(Buffer.from(toEvidence(decision)).toString());
}

describe("the evidence of a decision", () => {
  it("says everything that an admission rests on", () => {
    const admitted = admission();
    expect(read(admitted)).toEqual({
      _type: EVIDENCE_TYPE,
      change: changeIdOf(admitted),
      gate: found.gate,
      decidedAt: new Date(NOW).toISOString(),
      source: { url: found.source.url, ref: found.source.ref, head: HEAD, changedPaths: ["prod/app.yaml"] },
      trust: found.trust,
      policies: [BUNDLE],
      commits: [commit],
      images: [image],
      findings: [],
      verdict: "admit",
      manifests: {
        digest: admitted.manifests.digest,
        objects: [{ apiVersion: "v1", kind: "ConfigMap", namespace: "payments", name: "settings" }],
      },
    });
  });

  it("gives every reason of a denial, and no manifests", () => {
    const denied = denial();
    expect(read(denied)).toMatchObject({ verdict: "deny", reasons: denied.reasons });
    expect(read(denied)).not.toHaveProperty("manifests");
  });

  it.each([
    ["an admission", admission()],
    ["a denial", denial("b", { source: { ...found.source, base: "c".repeat(40) } })],
  ])("is canonical: %s is read and written as the same bytes", (_, decision) => {
    expect(canonicalJson(read(decision))).toBe(Buffer.from(toEvidence(decision)).toString());
  });

  it("differs where the time does, although the change is the same", () => {
    const later = admission("a", { at: NOW + 1 });
    expect(read(later)).toMatchObject({ change: changeIdOf(admission()) });
    expect(toEvidence(later)).not.toEqual(toEvidence(admission()));
  });
});

describe("a Secret in the manifests", () => {
  const secret: KubernetesObject = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "login",
      namespace: "payments",
      labels: { token: CANARY },
      annotations: { token: CANARY },
    },
    data: { password: Buffer.from(CANARY).toString("base64") },
    stringData: { password: CANARY },
  };

  it("is named, and nothing else of it is there", () => {
    const manifests = manifestsOf([...OBJECTS, secret]) as Verified<Manifests>;
    const evidence = Buffer.from(toEvidence({ ...admission(), manifests })).toString();
    expect(evidence).toContain('"name":"login"');
    expect(evidence).toContain(manifests.digest);
    for (const form of [CANARY, Buffer.from(CANARY).toString("base64")]) expect(evidence).not.toContain(form);
  });
});
