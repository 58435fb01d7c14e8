import type { z } from "zod";
import { gateSchema } from "../gate.ts";
import { gateStatusSchema } from "../gate-status.ts";
import { inventorySchema } from "../inventory.ts";
import { policyBundleSchema } from "../policy-bundle.ts";
import { usableStatusSchema } from "../status.ts";
import { trustPolicySchema } from "../trust-policy.ts";

export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "boolean" | "date" | "integer";
  readonly jsonPath: string;
  /** 1: shown with `-o wide` only. */
  readonly priority?: 1;
  readonly description: string;
}

export interface KindDefinition {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly scope: "Namespaced" | "Cluster";
  readonly description: string;
  readonly schema: z.ZodType;
  readonly status?: z.ZodType;
  readonly columns: readonly PrinterColumn[];
}

const AGE: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Since when it is there.",
};

const READY = '.status.conditions[?(@.type=="Ready")]';

const READINESS: readonly PrinterColumn[] = [
  { name: "Ready", type: "string", jsonPath: `${READY}.status`, description: "Whether it can be used." },
  { name: "Reason", type: "string", jsonPath: `${READY}.reason`, description: "Why, as one word." },
];

const MESSAGE: PrinterColumn = {
  name: "Message",
  type: "string",
  jsonPath: `${READY}.message`,
  priority: 1,
  description: "Why, for people.",
};

const GATE_COLUMNS: readonly PrinterColumn[] = [
  ...READINESS,
  {
    name: "Revision",
    type: "string",
    jsonPath: ".status.attempted.revision",
    description: "The commit that was last judged.",
  },
  {
    name: "Applied",
    type: "string",
    jsonPath: ".status.applied.revision",
    description: "The commit that the cluster was last brought to.",
  },
  {
    name: "Suspended",
    type: "boolean",
    jsonPath: ".spec.suspend",
    priority: 1,
    description: "Whether it rests.",
  },
  { name: "Trust", type: "string", jsonPath: ".spec.trust", priority: 1, description: "Its TrustPolicy." },
  {
    name: "Source",
    type: "string",
    jsonPath: ".spec.source.git.url",
    priority: 1,
    description: "The repository.",
  },
  MESSAGE,
  AGE,
];

/** The kinds of `sluice.dev/v1` in the order that they are told. */
export const KINDS: readonly KindDefinition[] = [
  {
    kind: "Gate",
    plural: "gates",
    shortNames: ["gt"],
    scope: "Namespaced",
    description:
      "A Gate says what is pulled, what it must pass, and where it goes. Nothing is applied that its TrustPolicy and PolicyBundles do not let through.",
    schema: gateSchema,
    status: gateStatusSchema.describe("What the gate came to. Written by Sluice."),
    columns: GATE_COLUMNS,
  },
  {
    kind: "TrustPolicy",
    plural: "trustpolicies",
    shortNames: ["tp"],
    scope: "Namespaced",
    description: "A TrustPolicy says who is trusted to change what, and whose images may run.",
    schema: trustPolicySchema,
    status: usableStatusSchema.describe("Whether the policy can be used. Written by Sluice."),
    columns: [
      ...READINESS,
      {
        name: "Start",
        type: "string",
        jsonPath: ".spec.history.start",
        priority: 1,
        description: "Where trust begins.",
      },
      MESSAGE,
      AGE,
    ],
  },
  {
    kind: "PolicyBundle",
    plural: "policybundles",
    shortNames: ["pb"],
    scope: "Cluster",
    description:
      "A PolicyBundle says what is allowed, whoever signed it: Rego files, compiled to one WebAssembly module. Every gate of the cluster may name it.",
    schema: policyBundleSchema,
    status: usableStatusSchema.describe("Whether the bundle can be used. Written by Sluice."),
    columns: [
      ...READINESS,
      {
        name: "Path",
        type: "string",
        jsonPath: ".spec.rego.path",
        priority: 1,
        description: "The folder of its files.",
      },
      MESSAGE,
      AGE,
    ],
  },
  {
    kind: "Inventory",
    plural: "inventories",
    shortNames: [],
    scope: "Namespaced",
    description:
      "An Inventory holds what a gate owns, where that is too much for the gate's status. Written by Sluice alone.",
    schema: inventorySchema,
    columns: [
      {
        name: "Gate",
        type: "string",
        jsonPath: ".gate.name",
        description: "The gate that owns the objects.",
      },
      AGE,
    ],
  },
];
