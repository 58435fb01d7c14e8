import { describe, expect, it } from "vitest";
import { z } from "zod";
import { durationSchema, instantSchema } from "../common.ts";
import { oneOf } from "../rules.ts";
import { KINDS } from "./kinds.ts";
import { type StructuralSchema, toStructural } from "./structural.ts";

const everyPart = (schema: StructuralSchema): StructuralSchema[] => [
  schema,
  ...Object.values(schema.properties ?? {}).flatMap(everyPart),
  ...[schema.items, schema.additionalProperties].flatMap((part) =>
    part === undefined ? [] : everyPart(part),
  ),
];

const fieldsOf = (schema: StructuralSchema, path: string): [string, StructuralSchema][] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]): [string, StructuralSchema][] => [
    [`${path}.${name}`, field],
    ...fieldsOf(field, `${path}.${name}`),
  ]),
  ...(schema.items === undefined ? [] : fieldsOf(schema.items, `${path}[]`)),
];

describe("structural schemas", () => {
  it.each(
    KINDS.flatMap(({ kind, schema, status }) => [
      [kind, schema] as const,
      ...(status ? [[`${kind} status`, status] as const] : []),
    ]),
  )("%s has a type everywhere, and bounds on every list and text", (_, schema) => {
    const structural = toStructural(schema);
    for (const part of everyPart(structural)) expect(part.type).toBeTypeOf("string");
    for (const [path, part] of fieldsOf(structural, "")) {
      if (path.startsWith(".metadata") || part.enum || part.format || part.pattern) continue;
      if (part.type === "string") expect([path, part.maxLength]).toEqual([path, expect.any(Number)]);
      if (part.type === "array") expect([path, part.maxItems]).toEqual([path, expect.any(Number)]);
    }
  });

  it("say what may be written, not what is read", () => {
    const schema = z.strictObject({
      every: durationSchema.prefault("1m"),
      list: z.array(z.string()).default([]),
    });
    expect(toStructural(schema)).toMatchObject({
      type: "object",
      properties: {
        every: { type: "string", default: "1m" },
        list: { type: "array", items: { type: "string" } },
      },
    });
    expect(JSON.stringify(toStructural(schema))).not.toMatch(/required|additionalProperties|\[\]/);
  });

  it("a text with more than one format is one text", () => {
    expect(toStructural(instantSchema)).toMatchObject({
      type: "string",
      anyOf: [{ format: "date" }, { format: "date-time" }],
    });
  });

  it("keywords stand in one order, whatever the order they were said in", () => {
    const said = z.string().max(3).min(1).describe("d");
    const otherwise = z.string().describe("d").min(1).max(3).describe("d");
    expect(JSON.stringify(toStructural(said))).toBe(JSON.stringify(toStructural(otherwise)));
    expect(Object.keys(toStructural(said))).toEqual(["description", "type", "maxLength", "minLength"]);
  });

  it.each([
    z.union([z.string(), z.number()]),
    z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]),
    z.discriminatedUnion("a", [z.strictObject({ a: z.literal("x") }), z.strictObject({ a: z.literal("y") })]),
    z.json(),
  ])("what has no such form is an error (%#)", (schema) => {
    expect(() => toStructural(schema)).toThrow(TypeError);
  });
});

describe("one of several fields", () => {
  const schema = oneOf({ a: z.string(), b: z.int() }, { beside: z.boolean().optional() });

  it.each([{ a: "x" }, { b: 0 }, { a: "", beside: false }])("%j", (value) => {
    expect(schema.parse(value)).toEqual(value);
  });

  it.each([{}, { beside: true }, { a: "x", b: 0 }, { a: 1 }, { a: "x", c: 1 }, { a: null }])(
    "not %j",
    (value) => {
      expect(schema.safeParse(value).success).toBe(false);
    },
  );
});
