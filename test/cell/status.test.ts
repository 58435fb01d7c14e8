import { afterAll, describe, expect, test } from "vitest";
import type { ObjectStatus, StatusRule } from "../../src/cell/index.ts";
import { codesOf, openCell, unwrap } from "./tree.ts";

const cell = openCell();
afterAll(() => cell.close());

type Fields = Readonly<Record<string, unknown>>;

const object = (apiVersion: string, kind: string, fields: Fields = {}, metadata: Fields = {}): Fields => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "payments", generation: 2, ...metadata },
  ...fields,
});

async function statusOf(
  subject: Fields,
  ...rules: StatusRule[]
): Promise<ObjectStatus["status"] | undefined> {
  return unwrap(await cell.computeStatus({ objects: [subject], rules }))[0]?.status;
}

const condition = (type: string, status: string, reason = "R"): Fields => ({
  type,
  status,
  reason,
  message: "m",
});

describe("kstatus", () => {
  const rolledOut = {
    observedGeneration: 2,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
  };
  const conditions = [
    condition("Progressing", "True", "NewReplicaSetAvailable"),
    condition("Available", "True"),
  ];

  test.each([
    ["Current", "rolled out", {}],
    ["InProgress", "not observed yet", { observedGeneration: 1 }],
    ["InProgress", "one replica is not updated", { updatedReplicas: 1 }],
    ["InProgress", "one replica is not available", { availableReplicas: 1 }],
    ["InProgress", "an old replica is left", { replicas: 3 }],
    ["InProgress", "without conditions", { conditions: [] }],
    [
      "Failed",
      "past its deadline",
      { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded")] },
    ],
  ])("a Deployment is %s: %s", async (expected, _, status) => {
    const spec = { replicas: 2 };
    const deployment = object("apps/v1", "Deployment", {
      spec,
      status: { ...rolledOut, conditions, ...status },
    });
    expect(await statusOf(deployment)).toBe(expected);
  });

  test.each([
    ["Current", "rolled out", {}],
    ["InProgress", "one is not ready", { readyReplicas: 1 }],
    ["InProgress", "the revision is not the new one", { updateRevision: "b" }],
    ["InProgress", "not observed yet", { observedGeneration: 1 }],
  ])("a StatefulSet is %s: %s", async (expected, _, status) => {
    const whole = { ...rolledOut, currentReplicas: 2, currentRevision: "a", updateRevision: "a" };
    const set = object("apps/v1", "StatefulSet", { spec: { replicas: 2 }, status: { ...whole, ...status } });
    expect(await statusOf(set)).toBe(expected);
  });

  test.each([
    ["Current", { conditions: [condition("Complete", "True")], succeeded: 1 }],
    ["Current", { startTime: "2026-01-01T00:00:00Z", active: 1 }],
    ["Failed", { conditions: [condition("Failed", "True")], failed: 1 }],
    ["InProgress", {}],
  ])("a Job is %s: %j", async (expected, status) => {
    expect(await statusOf(object("batch/v1", "Job", { spec: {}, status }))).toBe(expected);
  });

  const waiting = (reason: string): Fields => ({
    phase: "Running",
    containerStatuses: [{ name: "c", state: { waiting: { reason } } }],
  });

  test.each([
    ["Current", { phase: "Running", conditions: [condition("Ready", "True")] }],
    ["InProgress", { phase: "Running", conditions: [condition("Ready", "False")] }],
    ["Failed", waiting("CrashLoopBackOff")],
    ["InProgress", waiting("ContainerCreating")],
    ["InProgress", { phase: "Pending" }],
    ["Current", { phase: "Succeeded" }],
    ["Unknown", { phase: "Dancing" }],
    ["Unknown", { phase: "Running", containerStatuses: ["not a state"] }],
  ])("a Pod is %s: %j", async (expected, status) => {
    expect(await statusOf(object("v1", "Pod", { status }))).toBe(expected);
  });

  test("a Pod that finds no node is waited for: the cell has no clock to tell for how long", async () => {
    const status = { phase: "Pending", conditions: [condition("PodScheduled", "False", "Unschedulable")] };
    const pod = object("v1", "Pod", { status }, { creationTimestamp: "2026-01-01T00:00:00Z" });
    expect(await statusOf(pod)).toBe("InProgress");
  });

  test.each([
    ["Current", "Bound"],
    ["InProgress", "Pending"],
  ])("a PersistentVolumeClaim is %s: %s", async (expected, phase) => {
    expect(await statusOf(object("v1", "PersistentVolumeClaim", { status: { phase } }))).toBe(expected);
  });

  test.each([
    ["Current", [condition("NamesAccepted", "True"), condition("Established", "True")]],
    ["InProgress", [condition("NamesAccepted", "True")]],
    ["InProgress", [condition("Established", "False", "Installing")]],
    ["Failed", [condition("NamesAccepted", "False")]],
  ])("a CustomResourceDefinition is %s: %j", async (expected, list) => {
    const crd = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
      status: { conditions: list },
    });
    expect(await statusOf(crd)).toBe(expected);
  });

  test.each([
    ["Current", { conditions: [condition("Ready", "True")] }],
    ["InProgress", { conditions: [condition("Ready", "False")] }],
    ["InProgress", { conditions: [condition("Ready", "Unknown")] }],
    ["InProgress", { conditions: [condition("Ready", "True"), condition("Reconciling", "True")] }],
    ["Failed", { conditions: [condition("Ready", "False"), condition("Stalled", "True")] }],
    ["InProgress", { conditions: [condition("Ready", "True")], observedGeneration: 1 }],
    ["Current", { conditions: [condition("Ready", "True")], observedGeneration: 2 }],
    ["Unknown", { conditions: "none" }],
    ["Current", undefined],
  ])("a custom resource is %s: %j", async (expected, status) => {
    expect(await statusOf(object("example.com/v1", "Widget", { status }))).toBe(expected);
  });

  test.each([
    ["v1", "ConfigMap"],
    ["v1", "Pod"],
    ["example.com/v1", "Widget"],
  ])("%s %s is Terminating once it is being deleted", async (apiVersion, kind) => {
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    const status = { phase: "Succeeded" };
    expect(await statusOf(object(apiVersion, kind, { status }, { deletionTimestamp }))).toBe("Terminating");
    expect(await statusOf(object(apiVersion, kind, { status }))).toBe("Current");
  });

  test("what is no object is Unknown", async () => {
    expect(await statusOf({})).toBe("Unknown");
    expect(await statusOf({ apiVersion: "v1", kind: "ConfigMap", metadata: {} })).toBe("Unknown");
  });
});

describe("a rule", () => {
  const rule = (current: string, more: Partial<StatusRule> = {}): StatusRule => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    current,
    ...more,
  });
  const widget = (status: Fields, metadata: Fields = {}): Fields =>
    object("example.com/v1", "Widget", { spec: { replicas: 3 }, status }, metadata);

  test("decides in place of kstatus", async () => {
    const ready = widget({ phase: "Up", conditions: [condition("Ready", "False")] });
    expect(await statusOf(ready)).toBe("InProgress");
    expect(await statusOf(ready, rule("status.phase == 'Up'"))).toBe("Current");
    expect(await statusOf(ready, rule("status.phase == 'up'"))).toBe("InProgress");
  });

  test.each([
    ["not a boolean", "status.phase"],
    ["an absent field", "status.ready"],
    ["an absent part of the object", "!has(data.error)"],
    ["an index out of range", "status.list[1] == 1"],
    [
      "too many steps",
      "status.list.all(a, [1].all(b, b == a)) || status.many.all(a, status.many.all(b, a + b > 0))",
    ],
  ])("that cannot be evaluated leaves its object Unknown: %s", async (_, expression) => {
    const many = Array.from({ length: 1_000 }, () => 1);
    expect(await statusOf(widget({ phase: "Up", list: [2], many }), rule(expression))).toBe("Unknown");
  });

  test("does not overrule a deletion, nor a status of an older generation", async () => {
    const always = rule("true");
    expect(await statusOf(widget({ observedGeneration: 2 }), always)).toBe("Current");
    expect(await statusOf(widget({ observedGeneration: 1 }), always)).toBe("InProgress");
    const deleted = widget({}, { deletionTimestamp: "2026-01-01T00:00:00Z" });
    expect(await statusOf(deleted, always)).toBe("Terminating");
  });

  test("that is none is refused, with the place", async () => {
    const result = await cell.checkStatusRules([
      rule("true"),
      { ...rule("true &&\n  statuss.x"), kind: "Other" },
    ]);
    expect(result).toMatchObject({
      ok: false,
      problems: [{ code: "CEL_COMPILE", file: "rules[1].current", row: 2, col: 3 }],
    });
    expect(codesOf(await cell.checkStatusRules([rule("'yes'")]))).toEqual(["CEL_TYPE"]);
    expect(codesOf(await cell.checkStatusRules([rule("true"), rule("true")]))).toEqual(["BAD_RULE"]);
    expect(codesOf(await cell.checkStatusRules([rule(`true${" ".repeat(10_000)}`)]))).toEqual(["CEL_SIZE"]);
    expect(unwrap(await cell.checkStatusRules([rule("true")]))).toEqual({ rules: 1 });
    expect(codesOf(await cell.computeStatus({ objects: [widget({})], rules: [rule("'yes'")] }))).toEqual([
      "CEL_TYPE",
    ]);
  });

  test("is asked of an object as large as etcd takes", async () => {
    const large = widget({ text: "x".repeat(900_000), phase: "Up" });
    expect(await statusOf(large, rule("status.phase == 'Up' && size(status.text) == 900000"))).toBe(
      "Current",
    );
    expect(await statusOf(large, rule("!status.text.matches('^(x+x+)+y$')"))).toBe("Unknown");
  });

  test("of one object at its limit leaves the others theirs", async () => {
    const costly = rule("status.many.all(a, status.many.all(b, a + b > 0))");
    const many = Array.from({ length: 1_000 }, () => 1);
    const objects = [widget({ many }), widget({ many: [1] }), widget({ many: [-1] })];
    const answers = unwrap(await cell.computeStatus({ objects, rules: [costly] }));
    expect(answers.map(({ status }) => status)).toEqual(["Unknown", "Current", "InProgress"]);
  });
});

test("five thousand objects are answered in their order", async () => {
  const claim = (phase: string): Fields => object("v1", "PersistentVolumeClaim", { status: { phase } });
  const objects = Array.from({ length: 5_000 }, (_, i) => claim(i % 7 === 0 ? "Pending" : "Bound"));
  const answers = unwrap(await cell.computeStatus({ objects, rules: [] }));
  expect(answers.map(({ status }) => status)).toEqual(
    objects.map((_, i) => (i % 7 === 0 ? "InProgress" : "Current")),
  );
});

test("an object larger than any is refused", async () => {
  const objects = [object("v1", "ConfigMap", { data: { a: "x".repeat(17 * 1024 * 1024) } })];
  expect(codesOf(await cell.computeStatus({ objects, rules: [] }))).toEqual(["TOO_LARGE"]);
});
