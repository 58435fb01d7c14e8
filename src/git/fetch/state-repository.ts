import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GitError, type GitErrorCode } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { Oid } from "../oid.ts";
import { indexPack } from "../pack/index-pack.ts";
import { toIndexFile } from "../pack/write-index.ts";
import { openRepository, type Repository } from "../repository/repository.ts";
import type { Turns } from "../turns.ts";
import { moveInto, replaceFile } from "./durable.ts";
import { receivePack } from "./receive-pack.ts";

const CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
const INCOMING = "incoming";
/** Longer than any fetch may take. */
const STALE_MS = 24 * 60 * 60_000;

/**
 * A bare repository that keeps what was fetched from one URL. It is a cache of bytes: it may be deleted
 * at any time, and nothing in it says that anything is trusted.
 *
 * Crash order: a pack is received and indexed in a folder of its own, made durable, then moved in: first
 * the pack, then the index that makes it visible, then, once the history behind it was read, the ref. What
 * a crash leaves is an unused file, or objects that no ref names; the next fetch takes the normal path.
 * Several processes may do so at once: names of packs are digests, and moves replace whole files.
 */
export class StateRepository {
  readonly path: string;
  readonly #limits: GitLimits;

  constructor(path: string, limits: GitLimits) {
    this.path = path;
    this.#limits = limits;
  }

  /** The place for `url` under a state directory. */
  static at(stateDir: string, url: string, limits: GitLimits): StateRepository {
    const name = createHash("sha256").update(url).digest("hex").slice(0, 32);
    return new StateRepository(join(stateDir, `${name}.git`), limits);
  }

  /** Opens the repository; makes it where it is not there yet. */
  async open(): Promise<Repository> {
    await mkdir(join(this.path, "objects", "pack"), { recursive: true });
    await mkdir(join(this.path, "refs", "heads"), { recursive: true });
    await writeFile(join(this.path, "config"), CONFIG);
    await replaceFile(join(this.path, "HEAD"), "ref: refs/heads/main\n");
    return openRepository(this.path, this.#limits);
  }

  /** Takes a pack in: its objects are there, durable, when this returns. Nothing of it is where this throws. */
  async receive(stream: AsyncIterable<Uint8Array>, turns: Turns): Promise<void> {
    const incoming = join(this.path, INCOMING);
    await mkdir(incoming, { recursive: true });
    await removeStale(incoming);
    const folder = await mkdtemp(join(incoming, "pack-"));
    try {
      const pack = join(folder, "pack");
      const checksum = await receivePack(stream, pack, this.#limits);
      const entries = await indexPack(pack, this.#limits, turns).catch(throwBadResponse);
      const index = toIndexFile(entries, checksum);
      const indexPath = join(folder, "idx");
      await writeFile(indexPath, index, { flush: true });
      const target = join(this.path, "objects", "pack", `pack-${checksum}`);
      await moveInto(pack, `${target}.pack`);
      await moveInto(indexPath, `${target}.idx`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Says that all which `oid` reaches is here, so that the next fetch need not ask for it. */
  async advance(ref: string, oid: Oid): Promise<void> {
    const path = join(this.path, ref);
    await mkdir(dirname(path), { recursive: true });
    await replaceFile(path, `${oid}\n`);
  }

  /** Forgets everything; the next fetch is whole. */
  async clear(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** A pack that arrives damaged says nothing against what is here. */
function throwBadResponse(error: unknown): never {
  if (!isDamage(error)) throw error;
  throw new GitError("BAD_RESPONSE", error.message, {
    cause: error,
    remedy: "try again; then look at the server's repository with `git fsck`",
  });
}

/** Removes what killed fetches left behind. */
async function removeStale(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < STALE_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

const DAMAGE: ReadonlySet<GitErrorCode> = new Set([
  "NOT_A_REPOSITORY",
  "MALFORMED_REF",
  "OBJECT_MISSING",
  "OBJECT_CORRUPT",
  "PACK_CORRUPT",
  "SHALLOW_HISTORY",
]);

/** Whether a fault says that the kept bytes are damaged or not whole, and a whole fetch may mend them. */
export function isDamage(error: unknown): error is GitError {
  return error instanceof GitError && DAMAGE.has(error.code);
}
