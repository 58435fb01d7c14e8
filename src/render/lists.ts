import type { Refusal } from "../refusal.ts";
import { isJsonObject } from "./json.ts";
import type { JsonObject, JsonValue } from "./types.ts";

/** A value, and how messages say where it stood: `prod/api.yaml:12`, with `items[3]` behind it in a List. */
export interface Located<T> {
  readonly value: T;
  readonly origin: string;
}

export type ListCode = "NOT_AN_OBJECT" | "MALFORMED_LIST";

/** Lists within Lists. kubectl takes them; nobody writes them. */
const MAX_LIST_DEPTH = 4;

export type Unrolled = { readonly object: Located<JsonObject> } | { readonly refusal: Refusal<ListCode> };

/** Takes Lists apart, so that no object reaches the cluster inside of another. */
export function* unrollLists(documents: Iterable<Located<JsonValue>>, depth = 0): Generator<Unrolled> {
  for (const { value, origin } of documents) {
    if (!isJsonObject(value)) {
      yield refuse("NOT_AN_OBJECT", origin, "not a mapping", "write apiVersion, kind and metadata");
      continue;
    }
    const { kind, items } = value;
    if (kind !== "List" && !Array.isArray(items)) {
      yield { object: { value, origin } };
    } else if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) {
      // kubectl takes whatever has `items` for a list, so objects could hide in there.
      yield refuse(
        "MALFORMED_LIST",
        origin,
        "`items` without a kind that ends in `List`, or the other way round",
      );
    } else if (depth >= MAX_LIST_DEPTH) {
      yield refuse("MALFORMED_LIST", origin, `more than ${MAX_LIST_DEPTH} Lists within each other`);
    } else {
      yield* unrollLists(
        items.map((item, index) => ({ value: item, origin: `${origin} items[${index}]` })),
        depth + 1,
      );
    }
  }
}

function refuse(
  code: ListCode,
  subject: string,
  message: string,
  remedy = "write the objects as documents of their own",
): Unrolled {
  return { refusal: { code, subject, message, remedy } };
}
