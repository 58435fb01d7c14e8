import { Document, Scalar, visit } from "yaml";
import type { JsonValue } from "../types.ts";
import { YamlProblem } from "./problem.ts";
import { resolvePlain } from "./scalar.ts";

/** Ends a line for some readers, or is shown by none: written escaped, so that no value can become structure. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
const NEEDS_ESCAPE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

/** The part of {@link NEEDS_ESCAPE} that double quotes alone do not escape. */
const LEFT_RAW_IN_QUOTES = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Writes a value as YAML that readers of YAML 1.1 and 1.2 take for the same value: `yes`, `0644` and the like
 * in quotes when they are text, control characters and odd line ends escaped, no aliases, no folded lines.
 */
export function toYaml(value: JsonValue): string {
  const document = new Document(value, { aliasDuplicateObjects: false, compat: "yaml-1.1" });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === "string" && !isSafePlain(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 }).replace(LEFT_RAW_IN_QUOTES, escapeCharacter);
}

/** Block scalars are left to the writer: what spans lines is never taken for another type. */
function isSafePlain(text: string): boolean {
  if (NEEDS_ESCAPE.test(text)) return false;
  try {
    return typeof resolvePlain(text, 0) === "string";
  } catch (error) {
    if (error instanceof YamlProblem) return false;
    throw error;
  }
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
