import { groupOf } from "../../render/index.ts";
import type { HealthRule, Observed } from "./compute.ts";

/** What kstatus reads. A ConfigMap's data or a custom resource's other fields are nothing to it. */
const READ_BY_KSTATUS = ["apiVersion", "kind", "spec", "status"];

/** A history of who wrote which field, often half of an object. */
const HISTORY = new Set(["managedFields"]);

/** Holds a whole object as text, a Secret's values among it. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** What a value of a Secret is to a rule, so that no message can quote it; the empty one stays empty. */
const WITHHELD = "withheld";

/** The part of an object that its judgement needs. */
export function disclose(object: Observed, rules: readonly HealthRule[]): object {
  const ruled = rules.some((rule) => isFor(rule, object));
  const fields = Object.entries(object)
    .filter(([field]) => ruled || READ_BY_KSTATUS.includes(field))
    .map(([field, value]): [string, unknown] => [field, isSecret(object) ? withhold(field, value) : value]);
  return Object.fromEntries([...fields, ["metadata", withoutHistory(object.metadata)]]);
}

function isFor({ apiVersion, kind }: HealthRule, object: Observed): boolean {
  return kind === object.kind && groupOf(apiVersion) === groupOf(object.apiVersion);
}

function isSecret({ apiVersion, kind }: Observed): boolean {
  return groupOf(apiVersion) === "" && kind === "Secret";
}

function withhold(field: string, value: unknown): unknown {
  if (field !== "data" && field !== "stringData") return value;
  if (typeof value !== "object" || value === null) return WITHHELD;
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, text === "" ? "" : WITHHELD]));
}

function withoutHistory(metadata: object): object {
  const { annotations, ...rest } = Object.fromEntries(
    Object.entries(metadata).filter(([field]) => !HISTORY.has(field)),
  );
  if (typeof annotations !== "object" || annotations === null) return rest;
  const kept = Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED);
  return { ...rest, annotations: Object.fromEntries(kept) };
}
