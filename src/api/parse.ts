import type { z } from "zod";
import { API_VERSION } from "./common.ts";
import { configMapSchema } from "./config-map.ts";
import { gateSchema } from "./gate.ts";
import { policyBundleSchema } from "./policy-bundle.ts";
import { secretSchema } from "./secret.ts";
import { trustPolicySchema } from "./trust-policy.ts";

/** The kinds that a person writes, and Sluice reads. */
const SCHEMAS = {
  Gate: gateSchema,
  TrustPolicy: trustPolicySchema,
  PolicyBundle: policyBundleSchema,
  Secret: secretSchema,
  ConfigMap: configMapSchema,
} as const;

export type Kind = keyof typeof SCHEMAS;
export type Resource = z.output<(typeof SCHEMAS)[Kind]>;

/** A resource that was parsed, with the folder that its relative paths start from. */
export interface Located<T> {
  readonly resource: T;
  readonly folder: string;
  /** Whether a path in it that leads out of the folder is refused. */
  readonly confined?: boolean;
}

/** One field that is wrong, and why. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

export type Parsed =
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** A value as the resource that its `apiVersion` and `kind` say; every problem of it at once. */
export function parseResource(value: unknown): Parsed {
  const { apiVersion, kind } = Object(value) as { apiVersion?: unknown; kind?: unknown };
  const schema = schemaOf(apiVersion, kind);
  if (schema === undefined) return { ok: false, issues: [unknownKind(apiVersion, kind)] };
  const parsed = schema.safeParse(value);
  return parsed.success ? { ok: true, resource: parsed.data } : { ok: false, issues: parsed.error.issues };
}

/** As in `spec.signers.0.keys: at least one key`. */
export function describeIssue({ path, message }: Issue): string {
  // As zod says it for a field that is not there.
  const said = message.endsWith("received undefined") ? "is required" : message;
  return `${path.join(".") || "document"}: ${said}`;
}

function schemaOf(apiVersion: unknown, kind: unknown): (typeof SCHEMAS)[Kind] | undefined {
  if (typeof kind !== "string" || !Object.hasOwn(SCHEMAS, kind)) return undefined;
  const schema = SCHEMAS[kind as Kind];
  return schema.shape.apiVersion.value === apiVersion ? schema : undefined;
}

function unknownKind(apiVersion: unknown, kind: unknown): Issue {
  const message = `found ${JSON.stringify(apiVersion)} ${JSON.stringify(kind)}, expected a Gate, TrustPolicy or PolicyBundle of ${API_VERSION}, or a Secret or ConfigMap of v1`;
  return { path: [], message };
}
