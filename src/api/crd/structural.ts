import { z } from "zod";

/** A structural schema of apiextensions.k8s.io/v1, its keywords in the order that people read them. */
export interface StructuralSchema {
  description?: string;
  type?: string;
  properties?: Readonly<Record<string, StructuralSchema>>;
  required?: readonly string[];
  items?: StructuralSchema;
  additionalProperties?: StructuralSchema;
  default?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly StructuralSchema[];
  "x-kubernetes-validations"?: readonly { readonly rule: string; readonly message: string }[];
  [keyword: string]: unknown;
}

/** First these, then the others by name. */
const ORDER = [
  "description",
  "type",
  "default",
  "enum",
  "format",
  "pattern",
  "required",
  "properties",
  "items",
];

/**
 * What may be written where zod reads, as the API server wants it: no references, no closed objects (it prunes or
 * refuses unknown fields itself), unions of texts as one text. Throws TypeError for what has no such form.
 */
export function toStructural(schema: z.ZodType): StructuralSchema {
  // What is defined beside the schema is free-form JSON: a reference to it that is left fails below.
  const { definitions: _, ...written } = z.toJSONSchema(schema, {
    io: "input",
    target: "openapi-3.0",
  }) as StructuralSchema;
  return convert(written);
}

function convert(schema: StructuralSchema): StructuralSchema {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return ordered(withoutFields(schema));
  if ("$ref" in schema || "oneOf" in schema || "allOf" in schema)
    throw new TypeError(`not structural: ${JSON.stringify(schema)}`);
  const { properties, items, additionalProperties, anyOf, propertyNames: _, ...rest } = schema;
  return ordered({
    ...withoutNoise(rest),
    ...(anyOf && mergeTexts(anyOf)),
    ...(properties && { properties: mapValues(properties, convert) }),
    ...(items && { items: convert(items) }),
    ...(isSchema(additionalProperties) && { additionalProperties: convert(additionalProperties) }),
  });
}

/** Anything goes below: the schema of a free-form object says no more than that. */
function withoutFields(schema: StructuralSchema): StructuralSchema {
  const { additionalProperties: _, propertyNames: __, ...rest } = schema;
  return withoutNoise(rest);
}

/** Without what says nothing: defaults that are empty, the bounds of a JavaScript integer, patterns of known formats. */
function withoutNoise(schema: StructuralSchema): StructuralSchema {
  const { default: value, maximum, pattern, ...rest } = schema;
  return {
    ...rest,
    ...(!isEmpty(value) && { default: value }),
    ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { maximum }),
    ...(pattern !== undefined && rest.format === undefined && { pattern }),
    ...(rest.type === "integer" && { format: "int64" }),
  };
}

function mergeTexts(choices: readonly StructuralSchema[]): StructuralSchema {
  if (choices.some(({ type, format }) => type !== "string" || format === undefined))
    throw new TypeError(`not structural: one of ${JSON.stringify(choices)}`);
  return { type: "string", anyOf: choices.map(({ format }) => ({ format })) };
}

function isSchema(value: unknown): value is StructuralSchema {
  return typeof value === "object" && value !== null;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === "" || (isSchema(value) && Object.keys(value).length === 0);
}

function ordered(schema: StructuralSchema): StructuralSchema {
  const rank = (keyword: string): number => (ORDER.indexOf(keyword) + ORDER.length + 1) % (ORDER.length + 1);
  const entries = Object.entries(schema).sort(
    ([left], [right]) => rank(left) - rank(right) || (left < right ? -1 : 1),
  );
  return Object.fromEntries(entries);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
