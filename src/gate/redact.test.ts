import { describe, expect, test as it } from "vitest";
import type { KubernetesObject } from "../render/index.ts";
import { redact, redactRefusals } from "./redact.ts";

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

describe("what rendering refused", () => {
  const refusal = (code: string, message = `cannot read ${CANARY}`) =>
    [{ code, subject: "prod", message, remedy: "x" }] as const;
  const files = (...texts: string[]) =>
    new Map(texts.map((text, index) => [`${index}.yaml`, Buffer.from(text)]));

  it.each(["kind: Secret", "secretGenerator:"])(
    "is told without kustomize's words where there may be a Secret: %s",
    (text) => {
      for (const code of ["BUILD_FAILED", "MALFORMED", "UNSAFE_NUMBER"]) {
        const [redacted] = redactRefusals(refusal(code), files("kind: ConfigMap", text));
        expect(redacted).toMatchObject({ code, subject: "prod" });
        expect(JSON.stringify(redacted)).not.toContain(CANARY);
      }
    },
  );

  it("is told as it is where there is none, and where no words are quoted", () => {
    expect(redactRefusals(refusal("BUILD_FAILED"), files("kind: ConfigMap"))).toEqual(
      refusal("BUILD_FAILED"),
    );
    expect(redactRefusals(refusal("NOT_FOUND"), files("kind: Secret"))).toEqual(refusal("NOT_FOUND"));
  });

  it("names URLs without their credentials", () => {
    const message = `resources: "https://robot:${CANARY}@git.bank.example/base" and https://git.bank.example/@1`;
    const [redacted] = redactRefusals(refusal("REMOTE_BASE", message), files());
    expect(redacted.message).toBe(
      'resources: "https://git.bank.example/base" and https://git.bank.example/@1',
    );
  });
});
