import { expect, it } from "vitest";
import type { ClusterTargetConfig } from "../../gate/index.ts";
import { judgeHealth } from "./health.ts";

const target: ClusterTargetConfig = {
  kind: "cluster",
  serviceAccountName: undefined,
  kubeConfig: undefined,
  prune: true,
  wait: true,
  timeout: 60_000,
  force: false,
  drift: "Correct",
  healthChecks: [],
};

it("counts what is not there yet as on its way until the timeout, and as failed from then on", () => {
  for (const status of ["InProgress", "NotFound", "Terminating", "Unknown"] as const) {
    const health = { status, message: "1 of 2" };
    expect(judgeHealth(health, { target, appliedAt: 0, now: 60_000 })?.status).toBe("InProgress");
    expect(judgeHealth(health, { target, appliedAt: 0, now: 60_001 })?.status).toBe("Failed");
  }
});

it("passes on what is certain at any time", () => {
  for (const status of ["Current", "Failed"] as const)
    for (const now of [0, 1_000_000])
      expect(judgeHealth({ status, message: "" }, { target, appliedAt: 0, now })).toEqual({
        status,
        message: "",
        required: true,
      });
});

it("is required where the gate waits, and nothing where nobody looked", () => {
  const health = { status: "Failed", message: "" } as const;
  const relaxed = { ...target, wait: false };
  expect(judgeHealth(health, { target: relaxed, appliedAt: 0, now: 0 })?.required).toBe(false);
  expect(judgeHealth(undefined, { target, appliedAt: 0, now: 0 })).toBeUndefined();
  const directory = { kind: "directory", path: "/out" } as const;
  expect(judgeHealth(health, { target: directory, appliedAt: 0, now: 0 })).toBeUndefined();
});
