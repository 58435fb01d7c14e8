import { describe, expect, test as it } from "vitest";
import type { KubernetesObject } from "../render/index.ts";
import { redact } from "./redact.ts";

const CANARY = "canary-4f1d";

function object(kind: string, apiVersion = "v1"): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: {
      name: "s",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": CANARY, team: "payments" },
    },
    data: { password: CANARY },
    stringData: { token: CANARY },
  };
}

describe("redaction", () => {
  it("leaves no value of a Secret, and keeps its keys", () => {
    const redacted = redact(object("Secret"));
    expect(JSON.stringify(redacted)).not.toContain(CANARY);
    expect(redacted).toMatchObject({
      data: { password: "redacted (11 characters)" },
      metadata: { annotations: { team: "payments" } },
    });
  });

  it("a Secret whose data is no map is redacted whole", () => {
    expect(JSON.stringify(redact({ ...object("Secret"), data: [CANARY] }))).not.toContain(CANARY);
  });

  it("leaves other objects as they are", () => {
    expect(redact(object("ConfigMap"))).toEqual(object("ConfigMap"));
    expect(redact(object("Secret", "example.com/v1"))).toEqual(object("Secret", "example.com/v1"));
  });
});
