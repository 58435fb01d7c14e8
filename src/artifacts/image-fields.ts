import { isJsonObject, type JsonObject, type JsonValue, type KubernetesObject } from "../render/index.ts";
import { objectsIn, toPointer } from "./json-path.ts";

/**
 * A field that is named like an image, in a place that nobody here knows: a custom resource, an annotation
 * that a controller obeys, an operator's environment variable. It is not verified; policy is told.
 */
export interface ImageNotice {
  readonly object: string;
  /** JSON pointer. */
  readonly path: string;
  /** What stands there, cut off; empty for a Secret. */
  readonly value: string;
}

const MAX_VALUE = 256;
/** The last word of names such as `imagePullPolicy` and `imagePullSecrets`. */
const NOT_AN_IMAGE: ReadonlySet<string> = new Set(["policy", "secret", "secrets"]);
/** The fields of an image in parts, as charts and operators write it, and of a schema that has one to offer. */
const IMAGE_PARTS = ["repository", "repo", "registry", "reference", "tag", "digest", "default"];

/** @param understood JSON pointers of the fields that were read as images */
export function findNotices(
  object: KubernetesObject,
  description: string,
  understood: ReadonlySet<string>,
): ImageNotice[] {
  const notices: ImageNotice[] = [];
  for (const { value, path } of objectsIn(object)) {
    for (const [key, text] of suspiciousFields(value)) {
      const pointer = toPointer([...path, key]);
      // A volume's `image` is an object, whose `reference` is what was read.
      if (understood.has(pointer) || understood.has(`${pointer}/reference`)) continue;
      notices.push({
        object: description,
        path: pointer,
        value: object.kind === "Secret" ? "" : text.slice(0, MAX_VALUE),
      });
    }
  }
  return notices;
}

function suspiciousFields(value: JsonObject): [key: string, text: string][] {
  const fields = Object.entries(value).flatMap(([key, field]): [string, string][] => {
    const text = isNamedLikeImage(key) ? textOf(field) : undefined;
    return text === undefined ? [] : [[key, text]];
  });
  const { name, value: variable } = value;
  const isVariable = typeof name === "string" && typeof variable === "string" && variable !== "";
  return isVariable && isNamedLikeImage(name) ? [...fields, ["value", variable]] : fields;
}

/** `image`, `sidecarImage`, `imageRef`, `RELATED_IMAGE_PROXY`, `sidecar.istio.io/proxyImage`… */
function isNamedLikeImage(key: string): boolean {
  if (!/image/i.test(key)) return false; // most fields; the rest costs more
  const words = key
    .slice(key.lastIndexOf("/") + 1)
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  if (NOT_AN_IMAGE.has(words.at(-1) ?? "")) return false;
  return words.some((word) => word.startsWith("image") || /images?$/.test(word));
}

/** The field as text if it could be an image: a string, strings, or an image in parts. */
function textOf(field: JsonValue): string | undefined {
  if (typeof field === "string") return field === "" ? undefined : field;
  const inParts = isJsonObject(field) && IMAGE_PARTS.some((part) => typeof field[part] === "string");
  const inList = Array.isArray(field) && field.some((item: JsonValue) => typeof item === "string");
  return inParts || inList ? JSON.stringify(field) : undefined;
}
