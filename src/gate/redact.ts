import type { NonEmpty, Refusal } from "../refusal.ts";
import type { JsonObject, JsonValue, KubernetesObject, SourceFiles } from "../render/index.ts";

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

/** Told in kustomize's own words, which quote what they are about: a literal, a patch, a number. */
const QUOTING: ReadonlySet<string> = new Set(["BUILD_FAILED", "MALFORMED", "UNSAFE_NUMBER"]);

/**
 * What rendering refused, as it may be recorded: where the source may hold a Secret, without words that may quote
 * it; and never with the credentials of a URL.
 */
export function redactRefusals([first, ...more]: NonEmpty<Refusal>, files: SourceFiles): NonEmpty<Refusal> {
  const withheld = files.values().some((bytes) => Buffer.from(bytes).includes("ecret")); // Secret, secretGenerator
  const redacted = (refusal: Refusal): Refusal =>
    withheld && QUOTING.has(refusal.code) ? withhold(refusal) : withoutUserinfo(refusal);
  return [redacted(first), ...more.map(redacted)];
}

function withhold({ code, subject }: Refusal): Refusal {
  return {
    code,
    subject,
    message: "it cannot be built; why is not repeated here, since that may quote a Secret of this source",
    remedy: "`sluice render` on this folder of a checkout says why",
  };
}

function withoutUserinfo({ code, subject, message, remedy }: Refusal): Refusal {
  return { code, subject, message: message.replaceAll(/:\/\/[^/\s]*@/g, "://"), remedy };
}
