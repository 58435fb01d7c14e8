import { type Judged, passed, refused } from "../refusal.ts";
import { matchesWildcard } from "../wildcard.ts";

declare const pathPattern: unique symbol;

/** A checked pattern, by its segments. */
export type PathPattern = readonly string[] & { readonly [pathPattern]: true };

const ANY_DEPTH = "**";

/** Other tools' patterns give these a meaning; taken literally, a rule would silently guard nothing. */
const FOREIGN = /[?[\]{}\\]|^!/;

/**
 * Checks a pattern over paths in the source, `/` between segments, upper and lower case distinct:
 *
 * - `prod/app.yaml` is that file, and no other;
 * - `prod/**` is everything below `prod`, at any depth; `**` is everything;
 * - between other segments, `**` stands for any number of them, also none;
 * - `*` stands for any characters inside one segment.
 */
export function parsePathPattern(text: string): Judged<PathPattern, "INVALID_RULE"> {
  const segments = text.split("/");
  const problem = segments.map(segmentProblem).find((each) => each !== undefined);
  if (problem !== undefined || FOREIGN.test(text)) {
    return refused({
      code: "INVALID_RULE",
      subject: text,
      message: `the path pattern ${JSON.stringify(text)} has ${problem ?? "one of ? [ ] { } \\ or a leading !"}`,
      remedy: "write an exact path, `dir/**`, `**`, or `*` within one segment",
    });
  }
  // Everything below a folder is not the folder's own name: the last `**` needs one segment at least.
  if (segments.at(-1) === ANY_DEPTH) segments.splice(-1, 0, "*");
  return passed(segments as string[] & PathPattern);
}

function segmentProblem(segment: string): string | undefined {
  if (segment === "") return "an empty segment";
  if (segment === "." || segment === "..") return "a segment that is . or ..";
  if (segment.includes(ANY_DEPTH) && segment !== ANY_DEPTH) return "a segment with more than ** in it";
  return undefined;
}

export function matchesPath(path: string, pattern: PathPattern): boolean {
  return matchesWildcard(path.split("/"), pattern, isAnyDepth, fitsSegment);
}

/** Whether the pattern is about every path there can be. */
export function isEverything(pattern: PathPattern): boolean {
  const others = pattern.filter((segment) => segment !== ANY_DEPTH);
  return (
    others.length < pattern.length && (others.length === 0 || (others.length === 1 && others[0] === "*"))
  );
}

function isAnyDepth(segment: string): boolean {
  return segment === ANY_DEPTH;
}

function fitsSegment(pattern: string, segment: string): boolean {
  return matchesWildcard(
    segment,
    pattern,
    (part) => part === "*",
    (part, character) => part === character,
  );
}
