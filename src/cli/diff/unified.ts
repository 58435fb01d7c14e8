import { structuredPatch } from "diff";

const CONTEXT_LINES = 3;

/** So many lines removed or added; finding the shortest way between texts that differ more takes quadratic time. */
const MAX_EDITS = 1_000;

/** A unified diff without the lines that name files; empty for texts that are the same. */
export function unifiedDiff(before: string, after: string): string[] {
  const options = { context: CONTEXT_LINES, maxEditLength: MAX_EDITS };
  const patch = structuredPatch("", "", before, after, undefined, undefined, options);
  if (patch === undefined) return [...prefixed("-", before), ...prefixed("+", after)];
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
    ...lines,
  ]);
}

function prefixed(sign: string, text: string): string[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `${sign}${line}`);
}
