import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GitError, type GitErrorCode } from "../error.ts";
import type { GitLimits } from "../limits.ts";
import type { Oid } from "../oid.ts";
import { indexPack } from "../pack/index-pack.ts";
import { joinPacks, type NewPack } from "../pack/join-packs.ts";
import { toIndexFile } from "../pack/write-index.ts";
import { openRepository, type Repository } from "../repository/repository.ts";
import type { Turns } from "../turns.ts";
import { moveInto, replaceFile } from "./durable.ts";
import { receivePack } from "./receive-pack.ts";

const CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n";
const HEAD = "ref: refs/heads/main\n";
const INCOMING = "incoming";
/** Some weeks of fetches; a lookup asks so many indexes at most. */
const MAX_PACKS = 32;
/** Longer than any fetch may take. */
const STALE_MS = 24 * 60 * 60_000;

/**
 * A bare repository that keeps what was fetched from one source. It is a cache of bytes: it may be deleted
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

  /** The place for a source, as `nameSource` names it, under a state directory. */
  static at(stateDir: string, source: string, limits: GitLimits): StateRepository {
    const name = createHash("sha256").update(source).digest("hex").slice(0, 32);
    return new StateRepository(join(stateDir, `${name}.git`), limits);
  }

  /** Opens the repository; makes it where it is not there yet. */
  async open(): Promise<Repository> {
    await mkdir(this.#packs, { recursive: true });
    await mkdir(join(this.path, "refs", "heads"), { recursive: true });
    if (!existsSync(join(this.path, "HEAD"))) {
      await writeFile(join(this.path, "config"), CONFIG);
      await replaceFile(join(this.path, "HEAD"), HEAD);
    }
    await this.#tidy();
    return openRepository(this.path, this.#limits);
  }

  /** Takes a pack in: its objects are there, durable, when this returns. Nothing of it is where this throws. */
  async receive(stream: AsyncIterable<Uint8Array>, turns: Turns): Promise<void> {
    await this.#install(async (pack) => {
      const checksum = await receivePack(stream, pack, this.#limits);
      const entries = await indexPack(pack, this.#limits, turns).catch(throwBadResponse);
      return { checksum, entries };
    });
  }

  /**
   * Joins the small packs into one where there are too many: each fetch adds one, and each is asked in
   * turn for an object. Who has the packs open already keeps reading from them.
   */
  async #tidy(): Promise<void> {
    const small = await this.#packsToJoin();
    if (small.length === 0) return;
    await this.#install((pack) => joinPacks(small, pack));
    // The new pack is durable, so nothing is lost where this does not come to its end.
    for (const path of small) {
      await rm(`${path}.idx`, { force: true });
      await rm(`${path}.pack`, { force: true });
    }
  }

  async #packsToJoin(): Promise<string[]> {
    const names = await readdir(this.#packs);
    const paths = names
      .filter((name) => name.endsWith(".idx"))
      .map((name) => join(this.#packs, name.slice(0, -4)));
    if (paths.length <= MAX_PACKS) return [];
    const sized = await Promise.all(
      paths.map(async (path) => ({ path, size: (await stat(`${path}.pack`)).size })),
    );
    const chosen: string[] = [];
    let total = 0;
    // All but the largest, which is the first fetch, and not more than a pack may have.
    for (const { path, size } of sized.toSorted((a, b) => a.size - b.size).slice(0, -1)) {
      total += size;
      if (total > this.#limits.packBytes) break;
      chosen.push(path);
    }
    return chosen;
  }

  /** Makes a pack in a folder of its own, then moves it in. */
  async #install(make: (path: string) => Promise<NewPack>): Promise<void> {
    const incoming = join(this.path, INCOMING);
    await mkdir(incoming, { recursive: true });
    await removeStale(incoming);
    const folder = await mkdtemp(join(incoming, "pack-"));
    try {
      const { checksum, entries } = await make(join(folder, "pack"));
      if (entries.length === 0) return;
      await writeFile(join(folder, "idx"), toIndexFile(entries, checksum), { flush: true });
      const target = join(this.#packs, `pack-${checksum}`);
      await moveInto(join(folder, "pack"), `${target}.pack`);
      await moveInto(join(folder, "idx"), `${target}.idx`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  get #packs(): string {
    return join(this.path, "objects", "pack");
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
