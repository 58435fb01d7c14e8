import { join } from "node:path";
import { Cell } from "../cell/index.ts";

/** Beside the compiled scripts; both can be deleted at any time. What is read there is hashed again. */
const CACHE = join(import.meta.dirname, "../../node_modules/.cache/sluice/cell");

/** The cell for commands that have no state directory. */
export function openToolCell(): Cell {
  return new Cell({ cacheDir: CACHE });
}
