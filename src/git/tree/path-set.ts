import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import { Mode, type TreeEntry } from "./parse-tree.ts";

/** A short path costs more than its letters. */
const PATH_OVERHEAD_BYTES = 64;

/** What a path counts for against the limits. */
export function pathCost(path: string): number {
  return path.length + PATH_OVERHEAD_BYTES;
}

/** The paths that one comparison or one merge has found, as many as the limits let a whole range have. */
export class PathSet {
  readonly #paths = new Set<string>();
  readonly #limits: GitLimits;
  #cost = 0;

  constructor(limits: GitLimits) {
    this.#limits = limits;
  }

  /** Adds the path of what is there itself: a folder is there in what it holds. */
  addEntry(entry: TreeEntry | undefined, path: string): void {
    if (entry === undefined || entry.mode === Mode.folder) return;
    this.#add(entry.mode === Mode.submodule ? `${path}/` : path);
  }

  sorted(): string[] {
    return [...this.#paths].sort();
  }

  #add(path: string): void {
    const { pathBytes, rangePathBytes } = this.#limits;
    if (path.length > pathBytes) throw tooLarge(`a path has more than ${pathBytes} bytes`);
    if (this.#paths.has(path)) return;
    this.#cost += pathCost(path);
    if (this.#cost > rangePathBytes) throw tooLarge(`the paths take more than ${rangePathBytes} bytes`);
    this.#paths.add(path);
  }
}

export function tooLarge(found: string): GitError {
  return new GitError("TREE_TOO_LARGE", `two trees cannot be compared: ${found}`, {
    remedy: "keep configuration in a repository of its own",
  });
}
