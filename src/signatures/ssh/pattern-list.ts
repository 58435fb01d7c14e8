import { matchesWildcard } from "../../wildcard.ts";

const STAR = 0x2a;
const ANY_BYTE = 0x3f;

/**
 * Whether `text` is in a pattern-list as ssh_config(5) has them: patterns with `*` and `?`, separated by
 * commas; one that begins with `!` and matches excludes, wherever it stands.
 */
export function matchesPatternList(text: string, list: string): boolean {
  const patterns = list.split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && matchesPattern(text, pattern.slice(1))))
    return false;
  return patterns.some((pattern) => !pattern.startsWith("!") && matchesPattern(text, pattern));
}

/**
 * The one of a certificate's principals that git takes for the signer: of those that fit the first pattern the
 * first, as long as no other pattern excludes it.
 */
export function nameSigner(principals: readonly string[], list: string): string | undefined {
  return namedBy(principals, list).find((principal) => matchesPatternList(principal, list));
}

/** Those that fit one of the patterns, in the patterns' order; what excludes is not looked at, nor by `find-principals`. */
export function namedBy(principals: readonly string[], list: string): string[] {
  return list
    .split(",")
    .flatMap((pattern) => principals.filter((principal) => matchesPattern(principal, pattern)));
}

/** Over bytes, as in OpenSSH: `?` stands for one byte, not for one character of several. */
function matchesPattern(text: string, pattern: string): boolean {
  return matchesWildcard(
    Buffer.from(text),
    Buffer.from(pattern),
    (part) => part === STAR,
    (part, byte) => part === ANY_BYTE || part === byte,
  );
}
