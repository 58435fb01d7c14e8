const MAX_SUMMARY_CHARACTERS = 120;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes
const UNSHOWABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A commit message's first line as one bounded, harmless piece of text for lists and logs. */
export function summarize(message: string): string {
  const [first = ""] = message.trimStart().split("\n", 1);
  const short =
    first.length > MAX_SUMMARY_CHARACTERS ? `${first.slice(0, MAX_SUMMARY_CHARACTERS - 1)}…` : first;
  return short.replace(
    UNSHOWABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
