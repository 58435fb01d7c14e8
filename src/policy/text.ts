import { MAX_TEXT } from "./limits.ts";

/** Cut at the limit, and well-formed: the audit record has to be able to hold what a policy says. */
export function boundText(text: string): string {
  const cut = text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
  return cut.toWellFormed();
}
