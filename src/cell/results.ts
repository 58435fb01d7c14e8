// What the guest answers, parsed before anybody relies on it.

import { z } from "zod";
import { cellProblem } from "./problems.ts";

const warnings = z.array(cellProblem);

/** A rule that the compiled module answers for: `sluice/object/<name>/deny`. */
const entrypoints = z.array(z.string());

export const compiledRego = z.strictObject({
  entrypoints,
  /** The bundle's base data, for `setData`. */
  data: z.record(z.string(), z.unknown()),
  warnings,
});

export type CompiledRego = z.infer<typeof compiledRego> & { readonly wasm: Uint8Array };

export const checkedRego = z.strictObject({ entrypoints, warnings });

export type CheckedRego = z.infer<typeof checkedRego>;

const testResult = z.strictObject({
  package: z.string(),
  name: z.string(),
  file: z.string(),
  row: z.int(),
  pass: z.boolean(),
  /** Named `todo_test_…`. */
  skipped: z.boolean().default(false),
  error: z.string().optional(),
  /** What `print` wrote. */
  output: z.string().default(""),
  /** The cases of a table test that failed. */
  failedCases: z.array(z.string()).default([]),
});

const fileCoverage = z.strictObject({
  file: z.string(),
  percent: z.number(),
  /** Rows, both ends included. */
  notCovered: z.array(z.strictObject({ start: z.int(), end: z.int() })),
});

export const testedRego = z.strictObject({
  results: z.array(testResult),
  coverage: z.strictObject({ percent: z.number(), files: z.array(fileCoverage) }),
});

export type TestedRego = z.infer<typeof testedRego>;

const annotation = z.strictObject({
  /** Of the package or rule: `data.sluice.object.<name>.deny`. */
  path: z.string(),
  scope: z.enum(["package", "rule", "document", "subpackages"]),
  title: z.string().optional(),
  description: z.string().optional(),
  custom: z.record(z.string(), z.unknown()).default({}),
  file: z.string(),
  row: z.int(),
});

export const inspectedRego = z.strictObject({
  packages: z.array(z.string()),
  entrypoints,
  annotations: z.array(annotation),
});

export type InspectedRego = z.infer<typeof inspectedRego>;
export type RegoAnnotation = z.infer<typeof annotation>;

/** Objects as the author's YAML says them; nothing is checked but that they are objects. */
export const kubernetesObjects = z.array(z.record(z.string(), z.unknown()));

export type KubernetesObjects = z.infer<typeof kubernetesObjects>;

export const objectStatus = z.strictObject({
  status: z.enum(["InProgress", "Failed", "Current", "Terminating", "NotFound", "Unknown"]),
  message: z.string(),
});

export type ObjectStatus = z.infer<typeof objectStatus>;

export const checkedRules = z.strictObject({
  /** How many compiled. */
  rules: z.int().nonnegative(),
});

export type CheckedRules = z.infer<typeof checkedRules>;
