import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adoptJson } from "../json.ts";
import type { JsonValue } from "../types.ts";
import { parseYaml } from "./parse.ts";
import { toYaml } from "./stringify.ts";

function parse(text: string) {
  return parseYaml(new TextEncoder().encode(text), "f.yaml");
}

function valuesOf(text: string): JsonValue[] {
  const parsed = parse(text);
  return parsed.ok ? parsed.value.map(({ value }) => value) : [];
}

function codesOf(text: string): string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.refusals.map(({ code }) => code);
}

describe("parseYaml", () => {
  it("takes documents apart, leaves empty ones out, and says where each begins", () => {
    const parsed = parse("# only a comment\n---\na: 1\n---\n---\n\nb: [x]\n...\n");
    expect(parsed).toEqual({
      ok: true,
      value: [
        { value: { a: 1 }, line: 3 },
        { value: { b: ["x"] }, line: 7 },
      ],
    });
  });

  it.each([
    ["a: 0644", 420],
    ["a: 0o644", 420],
    ["a: 0x1F", 31],
    ["a: -0", 0],
    ["a: +12", 12],
    ["a: 1.50", 1.5],
    ["a: 1e3", 1000],
    ["a: .5", 0.5],
    ["a: 9007199254740991", 9007199254740991],
    ["a: ~", null],
    ["a:", null],
    ["a: True", true],
    ["a: FALSE", false],
    ['a: "yes"', "yes"],
    ["a: 'off'", "off"],
    ["a: yEs", "yEs"],
    ["a: 1:30", "1:30"],
    ["a: 2026-01-01", "2026-01-01"],
    ["a: 1.2.3", "1.2.3"],
    ["a: 0badc0de", "0badc0de"],
    ["a: 12_ab", "12_ab"],
    ['a: "\\ud83d\\ude00"', "😀"],
  ])("reads `%s` as Kubernetes' readers do", (text, expected) => {
    expect(valuesOf(text)).toEqual([{ a: expected }]);
  });

  it.each([
    ["a: yes", "AMBIGUOUS_SCALAR"],
    ["a: Off", "AMBIGUOUS_SCALAR"],
    ["a: y", "AMBIGUOUS_SCALAR"],
    ["on: 1", "AMBIGUOUS_SCALAR"],
    ["a: 0899", "AMBIGUOUS_SCALAR"],
    ["a: 1_000", "AMBIGUOUS_SCALAR"],
    ["a: 0b1", "AMBIGUOUS_SCALAR"],
    ["a: 0X1F", "AMBIGUOUS_SCALAR"],
    ["a: -0x1f", "AMBIGUOUS_SCALAR"],
    ["a: 9007199254740992", "UNSAFE_NUMBER"],
    ["a: 1e400", "UNSAFE_NUMBER"],
    ["a: .nan", "UNSAFE_NUMBER"],
    ["a: -.inf", "UNSAFE_NUMBER"],
    ["a: !!str 1", "FORBIDDEN_YAML_FEATURE"],
    ["a: !!binary aGk=", "FORBIDDEN_YAML_FEATURE"],
    ["a: !custom x", "FORBIDDEN_YAML_FEATURE"],
    ["a: ! x", "FORBIDDEN_YAML_FEATURE"],
    ["!!map {a: 1}", "FORBIDDEN_YAML_FEATURE"],
    ["%YAML 1.1\n---\na: 1", "FORBIDDEN_YAML_FEATURE"],
    ["<<: {a: 1}", "FORBIDDEN_YAML_FEATURE"],
    ["true: 1", "NON_STRING_KEY"],
    ["~: 1", "NON_STRING_KEY"],
    ["1.0: 1", "NON_STRING_KEY"],
    ["0644: 1", "NON_STRING_KEY"],
    ["? [a]\n: 1", "NON_STRING_KEY"],
    ["a: &k x\n*k : 1", "NON_STRING_KEY"],
    ['a: "\\ud800"', "FORBIDDEN_CHARACTER"],
    ["a: [1", "MALFORMED_YAML"],
    ["a:\n\t- b", "MALFORMED_YAML"],
    ["a: b: c", "MALFORMED_YAML"],
    ["}", "MALFORMED_YAML"],
    ["a: 1\n}", "MALFORMED_YAML"],
    ["a: *b", "MALFORMED_YAML"],
    ["a: &x [*x]", "MALFORMED_YAML"],
  ])("refuses `%s`: %s", (text, code) => {
    expect(codesOf(text)).toEqual([code]);
  });

  it("takes keys that every reader takes for the same text", () => {
    expect(valuesOf("8080: a\n'on': b\n\"<<\": c")).toEqual([{ "8080": "a", on: "b", "<<": "c" }]);
  });

  it("tells the problems of all documents, with line and column", () => {
    const parsed = parse("a: 1\n---\nb: yes\n---\nc:\n  d: 1\n  d: 2\n");
    const subjects = parsed.ok ? [] : parsed.refusals.map(({ code, subject }) => [code, subject]);
    expect(subjects).toEqual([
      ["AMBIGUOUS_SCALAR", "f.yaml:3:4"],
      ["DUPLICATE_KEY", "f.yaml:7:3"],
    ]);
  });

  it("refuses what is not UTF-8", () => {
    const bytes = new TextEncoder().encode("a: é");
    expect(parseYaml(bytes, "f.yaml").ok).toBe(true);
    expect(parseYaml(bytes.subarray(0, -1), "f.yaml")).toMatchObject({ refusals: [{ code: "NOT_UTF8" }] });
  });

  it("repeats no value in a message: it may be somebody's password", () => {
    const texts = [
      "p: 0123456789",
      "p: 12345678901234567890",
      "p: 1_2345",
      'p: "hunter2\\q"',
      "p: |hunter2\n x",
    ];
    for (const text of texts) {
      const parsed = parse(text);
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toMatch(/hunter2|2345/);
    }
  });
});

/** Any JSON value, with strings that YAML could take for something else. */
const tricky = fc.constantFrom(
  "yes",
  "0644",
  "null",
  "~",
  "<<",
  "=",
  "- a",
  "a: b",
  "# c",
  "\u2028",
  "\u0085",
  "a\r",
  "1_0",
  "0X1",
  "",
);
const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(
      fc.constantFrom(null, true, false),
      fc.maxSafeInteger(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .filter((number) => !Number.isInteger(number) || Number.isSafeInteger(number))
        .map((number) => number + 0),
      fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
      tricky,
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        tricky,
        fc.string().filter((key) => key !== "__proto__"),
      ),
      tie("value"),
      { maxKeys: 4 },
    ),
  ),
})).value;

describe("toYaml", () => {
  it("writes what reads back as the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        const adopted = adoptJson(value, "value");
        expect(adopted.ok).toBe(true);
        const back = valuesOf(toYaml({ value }));
        expect(back).toEqual(adopted.ok ? [{ value: adopted.value }] : undefined);
      }),
    );
  });

  it("leaves nothing to the reader's YAML version, and no character that ends a line for some", () => {
    const text = toYaml(["yes", "0644", "a\u2028b: c", "a\u0085b", "plain"]);
    expect(text).toBe('- "yes"\n- "0644"\n- "a\\u2028b: c"\n- "a\\u0085b"\n- plain\n');
  });
});
