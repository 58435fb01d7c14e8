import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Cell } from "../cell/index.ts";

/** Beside the compiled scripts; both can be deleted at any time. What is read there is hashed again. */
const TOOL_CACHE = join(import.meta.dirname, "../../node_modules/.cache/sluice/cell");

/** The cell for commands that have no state directory. */
export function openToolCell(): Cell {
  compileQuickly();
  return new Cell({ cacheDir: TOOL_CACHE });
}

export interface CellLife {
  /** Whether the process ends after one round, instead of going on. */
  readonly brief: boolean;
}

/** The cell of a state directory, already starting: it is made ready while there is something else to wait for. */
export function startCell(stateDir: string, { brief }: CellLife): Cell {
  if (brief) compileQuickly();
  const cell = openCell(stateDir);
  void cell.warm().catch(() => undefined); // what is wrong with it, the first call says
  return cell;
}

/** A cell of a state directory, which starts with its first call. */
export function openCell(stateDir: string): Cell {
  return new Cell({ cacheDir: join(stateDir, "cache", "cell") });
}

/**
 * Has V8 compile WebAssembly with its baseline compiler only. A short command does not live to gain from the
 * optimizing one: it would pay for it with half a second at its end, a core, and a hundred megabytes.
 */
function compileQuickly(): void {
  setFlagsFromString("--no-wasm-tier-up");
  setFlagsFromString("--no-wasm-dynamic-tiering");
}
