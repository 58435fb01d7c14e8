import { matchesWildcard } from "../../wildcard.ts";

/**
 * Whether `text` is in a pattern-list as ssh_config(5) has them: patterns with `*` and `?`, separated by
 * commas; one that begins with `!` and matches excludes, wherever it stands.
 */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(",");
  const matches = (pattern: string): boolean =>
    matchesWildcard(
      text,
      pattern,
      (part) => part === "*",
      (part, character) => part === "?" || part === character,
    );
  if (patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}
