import { createHmac, randomBytes } from "node:crypto";
import type { KubeObject } from "../../kube/index.ts";
import { canonicalJson, type JsonObject, type JsonValue, toYaml } from "../../render/index.ts";

/** What the API server keeps about an object, and nobody writes. */
const SERVER_METADATA: ReadonlySet<string> = new Set([
  "creationTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
]);

/** kubectl's copy of what it applied: it repeats the object, a Secret's values included. */
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** All of a Secret that is shown; whatever else somebody wrote there may be what should have been a value. */
const SECRET_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "type", "immutable"]);

const DIGEST_DIGITS = 12;

/** Makes a value comparable and nothing more. */
export type Conceal = (value: Buffer) => string;

/**
 * Digests that tell whether two values of one run are the same. Under a key that is forgotten afterwards: from the
 * plain digest of a short password, the password could be found by trying.
 */
export function createConceal(): Conceal {
  const key = randomBytes(32);
  return (value) => {
    const digest = createHmac("sha256", key).update(value).digest("hex").slice(0, DIGEST_DIGITS);
    return `(not shown: digest ${digest})`;
  };
}

/** An object as a diff shows it: what somebody wrote of it, and of a Secret no value. As YAML with sorted keys. */
export function toShown(object: KubeObject, conceal: Conceal): string {
  const { status: _, metadata, ...rest } = toJson(object);
  const written = { ...rest, metadata: withoutServerFields(asObject(metadata)) };
  const shown = isSecret(object) ? concealSecret(written, conceal) : written;
  return toYaml(JSON.parse(canonicalJson(shown)));
}

/** What came out of JSON is JSON. */
function toJson(object: KubeObject): JsonObject {
  return JSON.parse(JSON.stringify(object)) as JsonObject;
}

function isSecret({ apiVersion, kind }: KubeObject): boolean {
  return apiVersion === "v1" && kind === "Secret";
}

function withoutServerFields(metadata: JsonObject): JsonObject {
  const entries = Object.entries(metadata).filter(([field]) => !SERVER_METADATA.has(field));
  const { annotations, ...kept } = Object.fromEntries(entries);
  if (annotations === undefined) return kept;
  const shown = Object.entries(asObject(annotations)).filter(([key]) => key !== LAST_APPLIED);
  return shown.length === 0 ? kept : { ...kept, annotations: Object.fromEntries(shown) };
}

/** `stringData` is what the API server would make `data` of: shown as such, so that both compare. */
function concealSecret(secret: JsonObject, conceal: Conceal): JsonObject {
  const kept = Object.entries(secret).filter(([field]) => SECRET_FIELDS.has(field));
  const data = Object.entries(asObject(secret.data)).map(
    ([key, value]) => [key, conceal(Buffer.from(asText(value), "base64"))] as const,
  );
  const stringData = Object.entries(asObject(secret.stringData)).map(
    ([key, value]) => [key, conceal(Buffer.from(asText(value)))] as const,
  );
  return { ...Object.fromEntries(kept), data: Object.fromEntries([...data, ...stringData]) };
}

function asText(value: JsonValue): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
