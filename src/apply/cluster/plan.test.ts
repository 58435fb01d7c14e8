import { expect, it } from "vitest";
import { covers, leftOver, uniteItems } from "./inventory.ts";
import { inApplyOrder, stageOf } from "./plan.ts";

const of = (apiVersion: string, kind: string, name = "x") => ({
  apiVersion,
  kind,
  namespace: "payments",
  name,
});

const DEPLOYMENT = of("apps/v1", "Deployment");
const SERVICE = of("v1", "Service");
const NAMESPACE = of("v1", "Namespace");
const DEFINITION = of("apiextensions.k8s.io/v1", "CustomResourceDefinition");
const WEBHOOK = of("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration");

it("goes from what others need to what looks at others", () => {
  expect(inApplyOrder([WEBHOOK, DEPLOYMENT, SERVICE, DEFINITION, NAMESPACE])).toEqual([
    NAMESPACE,
    DEFINITION,
    SERVICE,
    DEPLOYMENT,
    WEBHOOK,
  ]);
});

it("a kind of another group is not taken for a built-in one", () => {
  expect(stageOf(of("bank.example/v1", "Namespace"))).toBe("objects");
  expect(stageOf(NAMESPACE)).toBe("definitions");
});

it("takes away in the reverse order, and only what is not wanted", () => {
  const before = [NAMESPACE, DEFINITION, SERVICE, DEPLOYMENT];
  expect(leftOver(before, [SERVICE])).toEqual([DEPLOYMENT, DEFINITION, NAMESPACE]);
});

it("another version of a kind is the same object", () => {
  expect(leftOver([of("apps/v1beta1", "Deployment")], [DEPLOYMENT])).toEqual([]);
  expect(leftOver([of("other/v1", "Deployment")], [DEPLOYMENT])).toHaveLength(1);
});

it("knows an object before it is made, and keeps what it knew of it", () => {
  const known = { ...SERVICE, uid: "u1", fingerprint: "f1" };
  const united = uniteItems([known], [DEPLOYMENT, SERVICE]);
  expect(united).toEqual([known, { ...DEPLOYMENT, uid: undefined, fingerprint: undefined }]);
  expect(covers(united, [DEPLOYMENT, SERVICE])).toBe(true);
  expect(covers([known], [DEPLOYMENT, SERVICE])).toBe(false);
});
