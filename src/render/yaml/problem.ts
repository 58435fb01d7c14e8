/** Why a text is not a manifest that everybody reads alike. */
export type YamlCode =
  | "NOT_UTF8"
  | "MALFORMED_YAML"
  | "DUPLICATE_KEY"
  | "FORBIDDEN_KEY"
  | "NON_STRING_KEY"
  | "FORBIDDEN_YAML_FEATURE"
  | "FORBIDDEN_CHARACTER"
  | "AMBIGUOUS_SCALAR"
  | "UNSAFE_NUMBER"
  | "TOO_LARGE"
  | "TOO_MANY_DOCUMENTS"
  | "TOO_DEEP"
  | "TOO_MANY_ALIASES"
  | "TOO_MANY_NODES";

/** One finding at an offset (UTF-16 code units) of the text. Control flow of this folder alone. */
export class YamlProblem extends Error {
  override readonly name = "YamlProblem";
  readonly code: YamlCode;
  readonly offset: number;

  constructor(code: YamlCode, offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** What to do about each code. */
export const REMEDIES: Readonly<Record<YamlCode, string>> = {
  NOT_UTF8: "save the file as UTF-8",
  MALFORMED_YAML: "correct the syntax",
  DUPLICATE_KEY: "remove one of them: readers disagree about which one counts",
  FORBIDDEN_KEY: "rename the key",
  NON_STRING_KEY: "put the key in quotes",
  FORBIDDEN_YAML_FEATURE: "write the value out in plain YAML",
  FORBIDDEN_CHARACTER: "remove the character",
  AMBIGUOUS_SCALAR:
    "put it in quotes if it is text; otherwise write `true`, `false` or a plain decimal number",
  UNSAFE_NUMBER: "put it in quotes if the field takes text",
  TOO_LARGE: "split the file",
  TOO_MANY_DOCUMENTS: "split the file",
  TOO_DEEP: "flatten the structure",
  TOO_MANY_ALIASES: "write the values out",
  TOO_MANY_NODES: "split the document into smaller objects",
};
