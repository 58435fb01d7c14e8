import { sha256 } from "../../digest.ts";
import { LruCache } from "../../lru-cache.ts";
import { type MonotonicClock, SharedAnswers } from "../../shared-answers.ts";
import type { GitAuth } from "./auth.ts";
import type { FetchedSnapshot } from "./fetch-snapshot.ts";
import type { RefQuestion, RemoteTarget } from "./remote-refs.ts";

/** Of content alone: some versions of a few repositories. */
const MAX_SNAPSHOT_BYTES = 32 * 1024 * 1024;
/** A file or a commit costs more than its bytes. */
const OVERHEAD_BYTES = 512;

export interface Asked {
  readonly url: string;
  readonly question: RefQuestion;
  readonly auth: GitAuth | undefined;
  /** When somebody wanted to know, by the clock of the fetches; an answer must not be older than that. */
  readonly since: number;
}

/**
 * What gates that follow one branch need not fetch and read each for itself. It holds bytes and where a ref was seen to
 * stand, no verdict: each gate judges what it is given by itself.
 *
 * Only who shows the same credentials is told what a server said: that is how a gate proves that it may read the
 * branch. What it reads then is named by its digest, and is the same for all who go the same route to the server.
 */
export class SharedFetches {
  readonly #listings: SharedAnswers<RemoteTarget>;
  readonly #snapshots = new LruCache<FetchedSnapshot>(MAX_SNAPSHOT_BYTES);
  readonly #reading = new Map<string, Promise<FetchedSnapshot>>();

  constructor(clock: MonotonicClock) {
    this.#listings = new SharedAnswers(clock);
  }

  /** Asks, unless there is an answer to a question that was put after this one was, and a moment ago. */
  target({ url, question, auth, since }: Asked, ask: () => Promise<RemoteTarget>): Promise<RemoteTarget> {
    const key = sha256(JSON.stringify([url, question, auth])); // so that no credential is kept
    return this.#listings.get(key, since, ask);
  }

  /** Reads what the name stands for, once for all who ask for it, and not at all where it is still known. */
  snapshot(name: string, read: () => Promise<FetchedSnapshot>): Promise<FetchedSnapshot> {
    const key = sha256(name); // it may list thousands of tags
    const known = this.#snapshots.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const reading = this.#reading.get(key) ?? this.#read(key, read);
    this.#reading.set(key, reading);
    return reading;
  }

  async #read(key: string, read: () => Promise<FetchedSnapshot>): Promise<FetchedSnapshot> {
    try {
      const fetched = await read();
      this.#snapshots.set(key, fetched, sizeOf(fetched));
      return fetched;
    } finally {
      this.#reading.delete(key);
    }
  }
}

function sizeOf(fetched: FetchedSnapshot): number {
  if (!fetched.ok) return OVERHEAD_BYTES;
  const { files, range, changedPaths, approvals } = fetched.value;
  const paths = [...changedPaths, ...range.commits.flatMap(({ changedPaths = [] }) => changedPaths)];
  return [
    ...[...files].map(([path, bytes]) => path.length + bytes.length),
    ...[...range.commits, ...approvals].map(({ bytes }) => bytes.length),
    ...paths.map((path) => path.length),
  ].reduce((sum, bytes) => sum + bytes + OVERHEAD_BYTES, 0);
}
