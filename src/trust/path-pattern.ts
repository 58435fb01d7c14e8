import { type Judged, passed, refused } from "../refusal.ts";
import { matchesWildcard } from "../wildcard.ts";
import {
  ANY_NAME,
  fitsGlob,
  isAnyName,
  literalName,
  MalformedGlob,
  type PathGlob,
  parsePathGlob,
} from "./path-glob.ts";

const ANY_DEPTH = "**";

/** Any number of folders, or one name. */
type Segment = typeof ANY_DEPTH | PathGlob;

interface PathPattern {
  readonly text: string;
  /** Takes back what the patterns before it match. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  readonly segments: readonly Segment[];
}

declare const pathPatterns: unique symbol;

/** A checked list of patterns, in its order. */
export type PathPatterns = readonly PathPattern[] & { readonly [pathPatterns]: true };

/**
 * Checks a list of patterns, which mean what they mean in a `.gitignore` at the top (gitignore(5)): without a slash
 * before its end a pattern is about any depth; what is in a folder that matches, matches; the last pattern that is
 * about a path decides; a leading `!` takes back, but nothing from within a folder that matches as a whole.
 *
 * git passes over a pattern that can never match. Here it is refused: the rule would guard nothing, and nobody
 * would see it. So is what git reads in a way that few expect: `**` within a name, brackets across a slash.
 */
export function parsePathPatterns(texts: readonly string[]): Judged<PathPatterns, "INVALID_RULE"> {
  const patterns: PathPattern[] = [];
  for (const text of texts) {
    const pattern = parsePathPattern(text);
    if (typeof pattern === "string") return invalid(text, pattern);
    if (pattern.negated && isWithoutEffect(pattern, patterns)) {
      return invalid(
        text,
        "nothing to take back: no pattern before it, or one that matches the folder as a whole",
      );
    }
    patterns.push(pattern);
  }
  return passed(patterns as readonly PathPattern[] as PathPatterns);
}

function invalid(text: string, problem: string): Judged<never, "INVALID_RULE"> {
  return refused({
    code: "INVALID_RULE",
    subject: text,
    message: `the path pattern ${JSON.stringify(text)} has ${problem}`,
    remedy:
      "write it as in a .gitignore: `/file`, `dir/**`, `*.yaml`, `**`; a backslash before what is meant literally",
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const UNTELLABLE = /[\u0000-\u001f\u007f\ufffd]/;

/** The pattern, or what is wrong with it. */
function parsePathPattern(text: string): PathPattern | string {
  if (UNTELLABLE.test(text)) return "a control character, or one that stands for bytes that are not UTF-8";
  if (text.startsWith("#")) return "a leading #, which begins a comment (write \\#)";
  if (/(^|[^\\])(\\\\)* $/.test(text))
    return "a space at its end, which git leaves out (write \\ and a space)";
  const negated = text.startsWith("!");
  const foldersOnly = text.endsWith("/");
  const body = text.slice(negated ? 1 : 0, foldersOnly ? -1 : undefined);
  try {
    const segments = body.replace(/^\//, "").split("/").map(parseSegment);
    // Without a slash it is about any depth.
    if (!body.includes("/") && segments[0] !== ANY_DEPTH) segments.unshift(ANY_DEPTH);
    // What is in a folder is not the folder: the last `**` needs a name.
    if (segments.at(-1) === ANY_DEPTH) segments.push(ANY_NAME);
    return { text, negated, foldersOnly, segments };
  } catch (error) {
    if (error instanceof MalformedGlob) return error.message;
    throw error;
  }
}

function parseSegment(text: string): Segment {
  if (text === "") throw new MalformedGlob("an empty segment");
  if (text === "." || text === "..") throw new MalformedGlob("a segment that is . or ..");
  return text === ANY_DEPTH ? ANY_DEPTH : parsePathGlob(text);
}

/** Whether whatever the pattern could take back lies in a folder that matches as a whole. */
function isWithoutEffect({ segments }: PathPattern, before: readonly PathPattern[]): boolean {
  const names = segments.map((segment) => (segment === ANY_DEPTH ? undefined : literalName(segment)));
  const wildcard = names.indexOf(undefined);
  const folders = names.slice(0, wildcard === -1 ? -1 : wildcard).filter((name) => name !== undefined);
  return before.length === 0 || judgeFolders(folders, before);
}

/** How much of a path a list is about: a submodule stands for all that may be in it. */
export type PathMatch = "whole" | "part" | "none";

/**
 * Compares a path (`/` between names, no slash before it) with a list. A path with a slash at its end is a submodule:
 * what a list says about anything in there, it says about a part of it.
 */
export function matchPath(path: string, patterns: PathPatterns): PathMatch {
  if (isEverything(patterns)) return "whole";
  const names = splitPath(path);
  const isFolder = names.at(-1)?.length === 0;
  if (isFolder) names.pop();
  if (judgeFolders(isFolder ? names : names.slice(0, -1), patterns)) return "whole";
  if (!isFolder) return decides(patterns, names, false) ? "whole" : "none";
  const inside = patterns.some(({ negated, segments }) => !negated && mayMatchBelow(names, segments));
  return inside ? "part" : "none";
}

/** Whether the list is about every path there can be. */
export function isEverything(patterns: PathPatterns): boolean {
  return (
    patterns.every(({ negated }) => !negated) &&
    patterns.some(({ foldersOnly, segments }) => !foldersOnly && isAnyPath(segments))
  );
}

function isAnyPath(segments: readonly Segment[]): boolean {
  const names = segments.filter((segment) => segment !== ANY_DEPTH);
  return names.length === 1 && names.every(isAnyName);
}

const SLASH = 0x2f;

function splitPath(path: string): Uint8Array[] {
  const bytes = Buffer.from(path);
  const names: Uint8Array[] = [];
  let start = 0;
  for (let slash = bytes.indexOf(SLASH); slash !== -1; slash = bytes.indexOf(SLASH, start)) {
    names.push(bytes.subarray(start, slash));
    start = slash + 1;
  }
  names.push(bytes.subarray(start));
  return names;
}

/** Whether the folder, or one that it is in, matches as a whole. */
function judgeFolders(folder: readonly Uint8Array[], patterns: readonly PathPattern[]): boolean {
  return folder.some((_, index) => decides(patterns, folder.slice(0, index + 1), true));
}

/** The word of the last pattern that is about exactly these names. */
function decides(patterns: readonly PathPattern[], names: readonly Uint8Array[], isFolder: boolean): boolean {
  const last = patterns.findLast(
    ({ foldersOnly, segments }) => (isFolder || !foldersOnly) && fitsSegments(names, segments),
  );
  return last !== undefined && !last.negated;
}

function fitsSegments(names: readonly Uint8Array[], segments: readonly Segment[]): boolean {
  return matchesWildcard(names, segments, isAnyDepth, fitsName);
}

function isAnyDepth(segment: Segment): boolean {
  return segment === ANY_DEPTH;
}

function fitsName(segment: Segment, name: Uint8Array): boolean {
  return segment !== ANY_DEPTH && fitsGlob(name, segment);
}

/** Whether the segments could fit a longer path that begins with these names. */
function mayMatchBelow(names: readonly Uint8Array[], segments: readonly Segment[]): boolean {
  // A `**` among the first takes up any names that are left; without one, each name has its segment.
  const depth = segments.findIndex((segment, index) => segment === ANY_DEPTH || index >= names.length);
  if (depth === -1) return false;
  return names.slice(0, depth).every((name, index) => fitsName(segments[index] ?? ANY_DEPTH, name));
}
