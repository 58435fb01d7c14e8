import { readdirSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../../fault.ts";
import { LruCache } from "../../lru-cache.ts";
import { GitError } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { GitObject, Oid } from "../oid.ts";
import { PackIndex } from "../pack/index-file.ts";
import { PackFile } from "../pack/pack-file.ts";
import { readLooseObject } from "./loose.ts";
import { nameObject } from "./name-object.ts";

const BASE_CACHE_BYTES = 32 * 1024 * 1024;

export interface FoundObject extends GitObject {
  /** Crafted to have the name of another object: not to be relied on, whichever of the two it is. */
  readonly collision: boolean;
}

interface IndexedPack {
  readonly index: PackIndex;
  readonly file: PackFile;
}

/**
 * The objects under one or more `objects/` directories, packed and loose. Every object is hashed and
 * compared with the name it was asked by, on every read: neither the disk nor an index is believed. The
 * hash is one that finds crafted collisions, so that nothing can be read past that check.
 */
export class ObjectStore {
  readonly #directories: readonly string[];
  readonly #limits: GitLimits;
  readonly #cache = new LruCache<GitObject>(BASE_CACHE_BYTES);
  readonly #packs = new Map<string, IndexedPack>();
  /** The pack that had the last object is asked first. */
  #recent: IndexedPack | undefined;

  constructor(directories: readonly string[], limits: GitLimits) {
    this.#directories = directories;
    this.#limits = limits;
    this.#findPacks();
  }

  close(): void {
    for (const { file } of this.#packs.values()) file.close();
    this.#packs.clear();
    this.#recent = undefined;
  }

  /** Undefined where the object is not here; OBJECT_CORRUPT where the content is not what the name says. */
  find(oid: Oid): FoundObject | undefined {
    const object = this.#find(oid);
    if (object === undefined) return undefined;
    const found = nameObject(object);
    if (found.oid !== oid) {
      throw new GitError("OBJECT_CORRUPT", `object ${oid} holds the content of ${found.oid}`, {
        remedy: "look at the repository with `git fsck`, or fetch it again",
      });
    }
    return { ...object, collision: found.collision };
  }

  #find(oid: Oid): GitObject | undefined {
    return (
      this.#findPacked(oid) ?? this.#findLoose(oid) ?? (this.#findPacks() ? this.#findPacked(oid) : undefined)
    );
  }

  #findPacked(oid: Oid): GitObject | undefined {
    const recent = this.#recent?.index.offsetOf(oid);
    if (recent !== undefined) return this.#recent?.file.read(recent);
    for (const pack of this.#packs.values()) {
      const offset = pack.index.offsetOf(oid);
      if (offset === undefined) continue;
      this.#recent = pack;
      return pack.file.read(offset);
    }
    return undefined;
  }

  #findLoose(oid: Oid): GitObject | undefined {
    for (const directory of this.#directories) {
      const object = readLooseObject(directory, oid, this.#limits.objectBytes);
      if (object !== undefined) return object;
    }
    return undefined;
  }

  /** Opens the packs that came since the last look (somebody may repack); whether there were any. */
  #findPacks(): boolean {
    const before = this.#packs.size;
    for (const directory of this.#directories) {
      for (const name of listPackIndexes(join(directory, "pack"))) {
        const path = join(directory, "pack", name);
        if (this.#packs.has(path)) continue;
        const index = PackIndex.read(path);
        const offsetOf = index.offsetOf.bind(index);
        const file = new PackFile(path.replace(/\.idx$/, ".pack"), offsetOf, this.#cache, this.#limits);
        this.#packs.set(path, { index, file });
      }
    }
    return this.#packs.size > before;
  }
}

function listPackIndexes(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".idx"))
      .sort();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
