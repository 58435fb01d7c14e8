import { z } from "zod";

/** What can be wrong with an author's input; internal/problem in the Go module has the same list. */
export const problemCodes = [
  // found by the host, before anything runs
  "BAD_PATH",
  "TOO_LARGE",
  // Rego
  "REGO_PARSE",
  "REGO_COMPILE",
  "REGO_TYPE",
  "REGO_UNSAFE_VAR",
  "REGO_RECURSION",
  "BUILTIN_REFUSED",
  "FORMAT_VERB",
  "RULE_KIND",
  "RULE_MISPLACED",
  "NO_ENTRYPOINT",
  "NO_POLICIES",
  "BAD_ENTRYPOINT",
  "BAD_DATA",
  "BAD_SCHEMA",
  "NO_TITLE",
  // kustomize
  "NO_KUSTOMIZATION",
  "REMOTE_BASE",
  "HELM_IN_KUSTOMIZE",
  "PLUGIN",
  "OUTSIDE_TREE",
  "NOT_FOUND",
  "UNSAFE_NUMBER",
  "BUILD_FAILED",
  // readiness rules
  "CEL_COMPILE",
  "CEL_TYPE",
  "CEL_SIZE",
  "BAD_RULE",
  // Rego and kustomize
  "MALFORMED",
] as const;

export type CellProblemCode = (typeof problemCodes)[number];

/** Rows and columns count from one. */
export const cellProblem = z.strictObject({
  code: z.enum(problemCodes),
  message: z.string(),
  file: z.string().optional(),
  row: z.int().positive().optional(),
  col: z.int().positive().optional(),
  remedy: z.string().optional(),
});

export type CellProblem = Readonly<z.infer<typeof cellProblem>>;

/** The operation's value, or what the author has to fix; never empty. */
export type CellResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly [CellProblem, ...CellProblem[]] };

export function refuse(code: CellProblemCode, message: string, file?: string): CellProblem {
  return file === undefined ? { code, message } : { code, message, file };
}
