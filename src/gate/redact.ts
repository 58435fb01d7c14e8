import type { JsonObject, JsonValue, KubernetesObject } from "../render/index.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * An object as policies (and through their messages, logs and the audit record) may see it: of a Secret,
 * the keys and the lengths, never the values.
 */
export function redact(object: KubernetesObject): KubernetesObject {
  if (object.apiVersion !== "v1" || object.kind !== "Secret") return object;
  const { annotations } = object.metadata;
  return {
    ...object,
    ...(object.data !== undefined && { data: redactValues(object.data) }),
    ...(object.stringData !== undefined && { stringData: redactValues(object.stringData) }),
    metadata: {
      ...object.metadata,
      ...(annotations?.[LAST_APPLIED] !== undefined && {
        annotations: { ...annotations, [LAST_APPLIED]: redactText(annotations[LAST_APPLIED]) },
      }),
    },
  };
}

function redactValues(values: JsonValue): JsonValue {
  if (typeof values !== "object" || values === null || Array.isArray(values)) return redactText(values);
  return Object.fromEntries(
    Object.entries(values as JsonObject).map(([key, value]) => [key, redactText(value)]),
  );
}

function redactText(value: JsonValue): string {
  return `redacted (${typeof value === "string" ? value.length : 0} characters)`;
}
