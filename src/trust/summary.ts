import { printable } from "../text.ts";

const MAX_SUMMARY_CHARACTERS = 120;

/** A commit message's first line as one bounded, harmless piece of text for lists and logs. */
export function summarize(message: string): string {
  const [first = ""] = message.trimStart().split("\n", 1);
  return printable(
    first.length > MAX_SUMMARY_CHARACTERS ? `${first.slice(0, MAX_SUMMARY_CHARACTERS - 1)}…` : first,
  );
}
