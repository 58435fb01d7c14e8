import { LruCache } from "../../lru-cache.ts";
import { GitError } from "../error.ts";
import { DEFAULT_GIT_LIMITS, type GitLimits } from "../limits.ts";
import { type FoundObject, ObjectStore } from "../objects/store.ts";
import { type GitObject, isOid, type ObjectType, type Oid } from "../oid.ts";
import { requireReadableFormat } from "./format.ts";
import { locateRepository, type RepositoryPaths } from "./locate.ts";
import { readRef } from "./refs.ts";

/** An annotated tag of an annotated tag of…; real ones have one step. */
const MAX_TAG_DEPTH = 5;

/** Some thousand commits: a range is walked first, then judged, and each commit is the parent of another. */
const COMMIT_CACHE_BYTES = 8 * 1024 * 1024;

/**
 * A repository on disk, read only. It runs no hook and no program, and takes nothing from git's
 * configuration. Replace refs and grafts are ignored: what is read is what the oid says.
 */
export class Repository {
  readonly limits: GitLimits;
  readonly #paths: RepositoryPaths;
  readonly #objects: ObjectStore;
  /** Hashed when they were read. */
  readonly #commits = new LruCache<FoundObject>(COMMIT_CACHE_BYTES);

  constructor(paths: RepositoryPaths, limits: GitLimits) {
    this.#paths = paths;
    this.limits = limits;
    this.#objects = new ObjectStore(paths.objectDirs, limits);
  }

  /** The object, hashed and compared with its name. Throws OBJECT_MISSING, OBJECT_CORRUPT, SHA1_COLLISION. */
  readObject(oid: Oid): GitObject {
    return this.#relyOn(oid, this.inspect(oid)) ?? throwMissing(oid);
  }

  /**
   * As {@link readObject}, undefined where it is not here, for whoever refuses an object with a collision by a
   * record of its own: it is told, not thrown.
   */
  inspect(oid: Oid, type?: ObjectType): FoundObject | undefined {
    const object = this.#commits.get(oid) ?? this.#objects.find(oid);
    if (object?.type === "commit") this.#commits.set(oid, object, object.bytes.length);
    if (object === undefined || type === undefined || object.type === type) return object;
    throw new GitError("WRONG_TYPE", `object ${oid} is a ${object.type}; a ${type} is expected`);
  }

  /**
   * The bytes of an object that must be of this type; undefined where it is not here. Throws
   * OBJECT_CORRUPT, SHA1_COLLISION, WRONG_TYPE.
   */
  find(oid: Oid, type: ObjectType): Uint8Array | undefined {
    return this.#relyOn(oid, this.inspect(oid, type))?.bytes;
  }

  /** As {@link find}; throws OBJECT_MISSING. */
  read(oid: Oid, type: ObjectType): Uint8Array {
    return this.find(oid, type) ?? throwMissing(oid);
  }

  /** The value of `HEAD` or a full ref name; undefined where there is no such ref. */
  readRef(name: string): Oid | undefined {
    return readRef(this.#paths, name);
  }

  /**
   * The commit that a name stands for: a full oid, `HEAD`, a full ref name, a branch, or a tag, in this
   * order; tags are followed to their commit. A name is never guessed from a prefix.
   */
  resolveCommit(name: string): Oid {
    const candidates =
      name === "HEAD" || name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
    const oid = isOid(name)
      ? name
      : candidates.map((ref) => this.readRef(ref)).find((found) => found !== undefined);
    if (oid === undefined) {
      throw new GitError("REF_NOT_FOUND", `there is no branch or tag ${JSON.stringify(name.slice(0, 100))}`, {
        remedy: "give the name of a branch or tag, a full ref name, or a full commit id",
      });
    }
    return this.#peel(oid);
  }

  close(): void {
    this.#objects.close();
  }

  #relyOn(oid: Oid, object: FoundObject | undefined): FoundObject | undefined {
    if (object?.collision === true) throw new GitError("SHA1_COLLISION", describeCollision(oid));
    return object;
  }

  #peel(oid: Oid): Oid {
    let current = oid;
    for (let depth = 0; depth <= MAX_TAG_DEPTH; depth += 1) {
      // It only leads: who judges the tag or the commit is told of a collision.
      const { type, bytes } = this.inspect(current) ?? throwMissing(current);
      if (type === "commit") return current;
      const target =
        type === "tag"
          ? /^object ([0-9a-f]{40})\n/.exec(Buffer.from(bytes).toString("latin1", 0, 64))?.[1]
          : undefined;
      if (target === undefined) break;
      current = target;
    }
    throw new GitError("NOT_A_COMMIT", `object ${oid} is not a commit, and no tag of one`);
  }
}

/** What is said of an object with a collision, thrown or told. */
export function describeCollision(oid: Oid): string {
  return `object ${oid} was crafted to have the name of another: nobody can tell which of the two was signed`;
}

export function throwMissing(oid: Oid): never {
  throw new GitError("OBJECT_MISSING", `object ${oid} is not in the repository`, {
    remedy: "fetch the repository again, whole: neither shallow nor partial",
  });
}

/** Opens a repository: a bare one, the top folder of a working tree, or a linked worktree. */
export async function openRepository(
  path: string,
  limits: GitLimits = DEFAULT_GIT_LIMITS,
): Promise<Repository> {
  const paths = locateRepository(path);
  await requireReadableFormat(paths.commonDir);
  return new Repository(paths, limits);
}
