import { describe, expect, it } from "vitest";
import { CANARY, findCanary } from "../../../test/support/canary.ts";
import type { KubeObject } from "../../kube/index.ts";
import { createConceal, toShown } from "./shown.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function secret(content: object, metadata: object = {}): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name: "token", ...metadata }, ...content };
}

it("leaves out what nobody writes, and keeps what somebody wrote", () => {
  const text = toShown(
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: {
        name: "settings",
        uid: "1",
        resourceVersion: "2",
        generation: 3,
        creationTimestamp: "2026-11-22T10:00:00Z",
        managedFields: [],
        annotations: { [LAST_APPLIED]: "{}", team: "payments" },
      },
      data: { mode: "strict" },
      status: { seen: true },
    },
    createConceal(),
  );
  expect(text.split("\n")).toEqual([
    "apiVersion: v1",
    "data:",
    "  mode: strict",
    "kind: ConfigMap",
    "metadata:",
    "  annotations:",
    "    team: payments",
    "  name: settings",
    "",
  ]);
});

describe("of a Secret", () => {
  it.each<[string, KubeObject]>([
    ["data", secret({ data: { token: base64(CANARY) } })],
    ["stringData", secret({ stringData: { token: CANARY } })],
    ["data that is no map of texts", secret({ data: { token: { deep: CANARY } } })],
    ["fields that a Secret does not have", secret({ value: CANARY, spec: { token: CANARY } })],
    ["kubectl's copy", secret({}, { annotations: { [LAST_APPLIED]: JSON.stringify({ data: CANARY }) } })],
  ])("no value is shown of %s", (_, object) => {
    expect(findCanary(toShown(object, createConceal()))).toEqual([]);
  });

  it("one value shows as the same text, and another as another", () => {
    const conceal = createConceal();
    const first = toShown(secret({ data: { token: base64("first") } }), conceal);
    expect(toShown(secret({ stringData: { token: "first" } }), conceal)).toBe(first);
    expect(toShown(secret({ data: { token: base64("fIrst") } }), conceal)).not.toBe(first);
  });

  it("what is shown cannot be found again by trying values in another run", () => {
    const object = secret({ data: { pin: base64("1234") } });
    expect(toShown(object, createConceal())).not.toBe(toShown(object, createConceal()));
  });
});
