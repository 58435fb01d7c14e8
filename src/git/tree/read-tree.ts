import { clip } from "../../clip.ts";
import { isNonEmpty, type Judged, passed, type Refusal } from "../../refusal.ts";
import type { Oid } from "../oid.ts";
import { type GitRefusalCode, toRefusal } from "../refusal.ts";
import type { Repository } from "../repository/repository.ts";
import { Turns } from "../turns.ts";
import { collisionKey, findNameProblem } from "./entry-name.ts";
import { Mode, parseTree, type TreeEntry } from "./parse-tree.ts";
import { describeLink } from "./symlink.ts";

/** Enough to see what is wrong; more would only be longer. */
const MAX_REFUSALS = 20;
const MAX_LINK_BYTES = 4096;

export type TreeFiles = ReadonlyMap<string, Uint8Array>;

export interface TreeContent {
  readonly files: TreeFiles;
  /** The commits that submodules are pinned to, by their paths: of those that were allowed. */
  readonly pins: ReadonlyMap<string, Oid>;
}

export interface ReadTreeOptions {
  /** What will be rendered; the whole tree where absent. */
  readonly path?: string;
  /** Paths that may hold a submodule. */
  readonly submodules?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads every file of a tree, by its path. Names, modes and sizes are checked on the way down; what is
 * found is refused with its path, all of it at once where there is little.
 *
 * Symbolic links: there are none in what is rendered, so none is followed. One that leads out of the tree
 * is refused wherever it is. One that stays inside is refused under `path`, where leaving it out would
 * silently leave out what it stands for; elsewhere it is left out, and whoever needs it fails for its
 * absence. Submodules are refused where they are not allowed: their content is another repository's. What
 * `.gitmodules` says of them is a file like any other, and means nothing here.
 */
export async function readTree(
  repository: Repository,
  tree: Oid,
  { path, submodules, signal }: ReadTreeOptions = {},
): Promise<Judged<TreeContent, GitRefusalCode>> {
  const reader = new TreeReader(repository, { path: path ?? "", submodules }, new Turns(signal));
  await reader.read(tree, "", 0);
  const { files, pins, refusals } = reader;
  return isNonEmpty(refusals) ? { ok: false, refusals } : passed({ files, pins });
}

class TreeReader {
  readonly files = new Map<string, Uint8Array>();
  readonly pins = new Map<string, Oid>();
  readonly refusals: Refusal<GitRefusalCode>[] = [];
  readonly #repository: Repository;
  readonly #path: string;
  readonly #submodules: ReadonlySet<string>;
  readonly #turns: Turns;
  #entries = 0;
  #bytes = 0;

  constructor(
    repository: Repository,
    { path, submodules }: { path: string; submodules: ReadTreeOptions["submodules"] },
    turns: Turns,
  ) {
    this.#repository = repository;
    this.#path = path;
    this.#submodules = new Set(submodules);
    this.#turns = turns;
  }

  async read(tree: Oid, folder: string, depth: number): Promise<void> {
    const { treeDepth, treeEntries } = this.#repository.limits;
    const entries = parseTree(this.#repository.read(tree, "tree"));
    this.#entries += entries.length;
    if (depth > treeDepth)
      return this.#refuse("TREE_TOO_LARGE", folder, `is deeper than ${treeDepth} folders`);
    if (this.#entries > treeEntries) {
      return this.#refuse("TREE_TOO_LARGE", folder || ".", `takes the tree past ${treeEntries} entries`);
    }
    await this.#turns.spend();
    const names = new Map<string, string>();
    for (const entry of entries) {
      if (this.#isDone) return;
      const name = entry.name.toString("utf8");
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!this.#checkName(entry, path, names)) continue;
      await this.#readEntry(entry, path, depth);
    }
  }

  #checkName(entry: TreeEntry, path: string, names: Map<string, string>): boolean {
    const problem = findNameProblem(entry.name);
    const { pathBytes } = this.#repository.limits;
    if (problem !== undefined) this.#refuse("UNSAFE_PATH", path, `has a name that ${problem}`);
    else if (Buffer.byteLength(path) > pathBytes) {
      this.#refuse("TREE_TOO_LARGE", path, `is a path of more than ${pathBytes} bytes`);
    } else {
      const name = entry.name.toString("utf8");
      const other = names.get(collisionKey(name));
      if (other === undefined) {
        names.set(collisionKey(name), name);
        return true;
      }
      this.#refuse(
        "PATH_COLLISION",
        path,
        `is the same file as ${JSON.stringify(clip(other))} where case is ignored`,
      );
    }
    return false;
  }

  async #readEntry({ mode, oid }: TreeEntry, path: string, depth: number): Promise<void> {
    switch (mode) {
      case Mode.folder:
        return this.read(oid, path, depth + 1);
      case Mode.file:
      case Mode.executable:
        return this.#readFile(oid, path);
      case Mode.symlink:
        return this.#checkLink(oid, path);
      case Mode.submodule:
        return this.#readPin(oid, path);
      default:
        return this.#refuse("UNKNOWN_MODE", path, `has the mode ${mode}`);
    }
  }

  #readPin(oid: Oid, path: string): void {
    if (this.#submodules.has(path)) this.pins.set(path, oid);
    else this.#refuse("SUBMODULE", path, "is a submodule: its content is in another repository");
  }

  async #readFile(oid: Oid, path: string): Promise<void> {
    const { treeBytes } = this.#repository.limits;
    const bytes = this.#repository.read(oid, "blob");
    this.#bytes += bytes.length;
    if (this.#bytes > treeBytes)
      this.#refuse("TREE_TOO_LARGE", path, `takes the tree past ${treeBytes} bytes`);
    else this.files.set(path, bytes);
    await this.#turns.spend(bytes.length);
  }

  #checkLink(oid: Oid, path: string): void {
    const target = Buffer.from(this.#repository.read(oid, "blob").subarray(0, MAX_LINK_BYTES)).toString(
      "utf8",
    );
    const found = describeLink(path, target);
    if (found === "inside" && !isUnder(path, this.#path)) return;
    const where = found === "inside" ? "is a symbolic link" : "is a symbolic link that leads out of the tree";
    this.#refuse("SYMLINK", path, where);
  }

  /** Past a limit there is nothing more to learn, and every step would be one too many. */
  get #isDone(): boolean {
    return this.refusals.length >= MAX_REFUSALS || this.refusals.at(-1)?.code === "TREE_TOO_LARGE";
  }

  #refuse(code: GitRefusalCode, path: string, found: string): void {
    const shown = clip(path);
    this.refusals.push(toRefusal(code, shown, `${JSON.stringify(shown)} ${found}`));
  }
}

function isUnder(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}
