import { join } from "node:path";
import {
  Cell,
  type CellOptions,
  type CellProblemCode,
  type CellResult,
  type Files,
} from "../../src/cell/index.ts";

/** A tree of text files. */
export function tree(files: Readonly<Record<string, string>>): Files {
  return new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)]));
}

/** A cell that keeps its decompressed module where builds keep their caches. */
export function openCell(options: CellOptions = {}): Cell {
  const cacheDir = join(import.meta.dirname, "../../node_modules/.cache/sluice/cell");
  return new Cell({ cacheDir, ...options });
}

/** The value of a result that is expected to be one. */
export function unwrap<T>(result: CellResult<T>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.problems)}`);
  return result.value;
}

export function codesOf(result: CellResult<unknown>): CellProblemCode[] {
  return result.ok ? [] : result.problems.map((problem) => problem.code);
}
