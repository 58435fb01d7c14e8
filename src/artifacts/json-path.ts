import { isJsonObject, type JsonObject, type JsonValue } from "../render/index.ts";

/** From the root of an object; array indices in decimal. */
export type JsonPath = readonly string[];

/** RFC 6901. */
export function toPointer(path: JsonPath): string {
  return path.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/**
 * Every object inside a value, itself included, in the order of the text. On a stack of its own: how deep a
 * manifest goes is its author's choice.
 */
export function* objectsIn(root: JsonValue): Generator<{ value: JsonObject; path: JsonPath }> {
  const pending: { value: JsonValue; path: JsonPath }[] = [{ value: root, path: [] }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null) continue;
    if (isJsonObject(value)) yield { value, path };
    const children = Object.entries(value).map(([key, child]) => ({ value: child, path: [...path, key] }));
    pending.push(...children.reverse());
  }
}

/** A copy with one value replaced; what lies beside the path is shared with the original. */
export function replaceAt(value: JsonValue, path: JsonPath, replacement: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (Array.isArray(value)) {
    return value.map((item: JsonValue, index) =>
      String(index) === key ? replaceAt(item, rest, replacement) : item,
    );
  }
  if (!isJsonObject(value)) throw new TypeError(`nothing at ${toPointer(path)}`);
  const copy: Record<string, JsonValue> = Object.assign(Object.create(null), value);
  copy[key] = replaceAt(value[key] ?? null, rest, replacement);
  return copy;
}
