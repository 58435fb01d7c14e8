import { type Document, LineCounter } from "yaml";
import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../../refusal.ts";
import type { JsonValue } from "../types.ts";
import { Budget } from "./budget.ts";
import { composeDocuments } from "./compose.ts";
import { Converter } from "./convert.ts";
import { MAX_FILE_BYTES, MAX_PROBLEMS } from "./limits.ts";
import { REMEDIES, type YamlCode, YamlProblem } from "./problem.ts";

export interface YamlDocument {
  readonly value: JsonValue;
  /** The line of the file where its content begins, from 1. */
  readonly line: number;
}

/**
 * Parses a YAML or JSON file, strictly: UTF-8, one reading for everybody, JSON's types alone, within the
 * limits of `limits.ts`. Objects have no prototype. A document that holds nothing but comments is left out.
 * Refusals name `file:line:column` and repeat no value, for it may be secret.
 */
export function parseYaml(
  bytes: Uint8Array,
  file: string,
  budget: Budget = new Budget(),
): Judged<readonly YamlDocument[], YamlCode> {
  if (bytes.length > MAX_FILE_BYTES) {
    return refused(toRefusal(file, "TOO_LARGE", `${bytes.length} bytes, more than ${MAX_FILE_BYTES}`));
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) return refused(toRefusal(file, "NOT_UTF8", "not UTF-8"));
  return new FileParser(text, file, budget).parse();
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function toRefusal(subject: string, code: YamlCode, message: string): Refusal<YamlCode> {
  return { code, subject, message, remedy: REMEDIES[code] };
}

/**
 * What YAML does not allow in a file (https://yaml.org/spec/1.2.2/#51-character-set), and what ends a line for
 * some readers only (a lone CR, NEL, LS, PS): with those, one file is two. Escaped in quotes they are data.
 */
const FORBIDDEN_CHARACTER =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/;

class FileParser {
  readonly #text: string;
  readonly #file: string;
  readonly #budget: Budget;
  readonly #lines = new LineCounter();
  readonly #problems: YamlProblem[] = [];
  readonly #documents: YamlDocument[] = [];

  constructor(text: string, file: string, budget: Budget) {
    this.#text = text;
    this.#file = file;
    this.#budget = budget;
    this.#lines.addNewLine(0);
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1))
      this.#lines.addNewLine(at + 1);
  }

  parse(): Judged<readonly YamlDocument[], YamlCode> {
    try {
      this.#checkCharacters();
      for (const document of composeDocuments(this.#text)) this.#take(document);
    } catch (error) {
      if (!(error instanceof YamlProblem)) throw error;
      this.#problems.push(error);
    }
    const refusals = this.#problems.slice(0, MAX_PROBLEMS).map((problem) => this.#refusal(problem));
    return isNonEmpty(refusals) ? { ok: false, refusals } : passed(this.#documents);
  }

  #checkCharacters(): void {
    const found = FORBIDDEN_CHARACTER.exec(this.#text);
    if (found === null) return;
    const code = found[0].charCodeAt(0).toString(16).padStart(4, "0");
    throw new YamlProblem("FORBIDDEN_CHARACTER", found.index, `the character U+${code.toUpperCase()}`);
  }

  /** One document's problem does not hide those of the next ones. */
  #take(document: Document.Parsed): void {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem !== undefined) {
      const code = problem.code === "TAG_RESOLVE_FAILED" ? "FORBIDDEN_YAML_FEATURE" : "MALFORMED_YAML";
      this.#problems.push(new YamlProblem(code, problem.pos[0], withoutSource(problem.message)));
      return;
    }
    try {
      const value = new Converter(this.#budget).convert(document.contents);
      const line = this.#lines.linePos(document.contents?.range[0] ?? document.range[0]).line;
      if (value !== null) this.#documents.push({ value, line });
    } catch (error) {
      if (!(error instanceof YamlProblem)) throw error;
      this.#problems.push(error);
    }
  }

  #refusal({ code, offset, message }: YamlProblem): Refusal<YamlCode> {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.#text.length));
    return toRefusal(`${this.#file}:${line}:${col}`, code, message);
  }
}

/** The library quotes what it stumbled over after a colon; that may be a part of a Secret. */
function withoutSource(message: string): string {
  return message.split(": ", 1)[0] ?? "";
}
