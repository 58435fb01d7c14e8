import { YamlProblem } from "./problem.ts";

/**
 * How Kubernetes' own readers (sigs.k8s.io/yaml, kyaml) take a scalar without quotes. They follow YAML 1.1 in
 * part, and differ among each other; where the reading depends on who reads, the scalar is refused, so that
 * what the policies saw is what any consumer of the same text sees. Messages do not repeat a number: it may be
 * somebody's password.
 */
export function resolvePlain(text: string, offset: number): string | number | boolean | null {
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  if (AMBIGUOUS_BOOLEANS.has(text)) {
    throw new YamlProblem(
      "AMBIGUOUS_SCALAR",
      offset,
      `\`${text}\` is a boolean to some readers and text to others`,
    );
  }
  if (NOT_FINITE.test(text)) {
    throw new YamlProblem("UNSAFE_NUMBER", offset, `\`${text}\` is not a number that JSON has`);
  }
  const number = resolveNumber(text, offset);
  return number === undefined ? text : number;
}

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ...["", "~", "null", "Null", "NULL"].map((text) => [text, null] as const),
  ...["true", "True", "TRUE"].map((text) => [text, true] as const),
  ...["false", "False", "FALSE"].map((text) => [text, false] as const),
]);

/** Booleans of YAML 1.1 that are strings in YAML 1.2 (https://yaml.org/type/bool.html). */
const AMBIGUOUS_BOOLEANS: ReadonlySet<string> = new Set(
  ["y", "yes", "n", "no", "on", "off"].flatMap((word) => [word, capitalize(word), word.toUpperCase()]),
);

const NOT_FINITE = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;
const DECIMAL = /^[-+]?(0|[1-9][0-9]*)$/;
/** `0644` is YAML 1.1's octal, `0o644` YAML 1.2's; Kubernetes' readers take both. */
const OCTAL = /^0o?[0-7]+$/;
const HEXADECIMAL = /^0x[0-9a-fA-F]+$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
/** Any other base or sign, as Go's strconv takes it: `0b1`, `0X1F`, `-0x1f`. */
const OTHER_BASE = /^[-+]?0([bB][01]+|[oO][0-7]+|[xX][0-9a-fA-F]+)$/;

function resolveNumber(text: string, offset: number): number | undefined {
  if (DECIMAL.test(text)) return toSafeInteger(Number(text), offset);
  if (OCTAL.test(text)) return toSafeInteger(Number.parseInt(text.replace("o", ""), 8), offset);
  if (HEXADECIMAL.test(text)) return toSafeInteger(Number.parseInt(text, 16), offset);

  const plain = text.replaceAll("_", "");
  const isNumberToSome = OTHER_BASE.test(plain) || FLOAT.test(plain);
  if (!isNumberToSome) return undefined;
  const hasLeadingZero = /^[-+]?0[0-9_]+$/.test(text);
  if (plain !== text || hasLeadingZero || OTHER_BASE.test(text)) {
    throw new YamlProblem("AMBIGUOUS_SCALAR", offset, "a number to some readers and text to others");
  }
  const value = Number(text);
  if (!Number.isFinite(value))
    throw new YamlProblem("UNSAFE_NUMBER", offset, "a number beyond what a double holds");
  return value;
}

/** An integer that a double cannot hold exactly would be admitted as another one than the author wrote. */
function toSafeInteger(value: number, offset: number): number {
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  throw new YamlProblem("UNSAFE_NUMBER", offset, "an integer beyond ±(2^53 − 1)");
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
