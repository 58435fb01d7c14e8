import { setImmediate } from "node:timers/promises";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";
import { planRange } from "./plan-range.ts";

/** Reads are synchronous; after as many the event loop gets a turn. */
const COMMITS_PER_TURN = 256;

export interface RawCommit {
  readonly oid: Oid;
  /** The commit object's content as it is stored; its hash was compared with `oid`. */
  readonly bytes: Uint8Array;
  /** Filled when asked for. For a merge: every path that differs from any of the parents. */
  readonly changedPaths?: readonly string[];
}

/**
 * Every commit reachable from `head` and not from `base` (all of history where the base is undefined),
 * children before parents, newest first. One commit's bytes are held at a time.
 * Throws SHALLOW_HISTORY where history is not whole, OBJECT_MISSING where head or base are not there.
 */
export async function* streamRange(
  repository: Repository,
  head: Oid,
  base: Oid | undefined,
): AsyncGenerator<RawCommit, void, undefined> {
  for (const oid of base === undefined ? [head] : [head, base]) repository.read(oid, "commit");
  const { order } = await planRange(repository, head, base);
  for (const [index, oid] of order.entries()) {
    yield { oid, bytes: repository.read(oid, "commit") };
    if (index % COMMITS_PER_TURN === COMMITS_PER_TURN - 1) await setImmediate();
  }
}
