import { readCommitLinks } from "../history/commit-links.ts";
import type { Oid } from "../oid.ts";
import type { Repository } from "../repository/repository.ts";

/** How far back the samples reach. */
const MAX_WALKED = 4096;

/**
 * Commits to tell the server of: the tip, and its first parents at distances that double. Where the branch
 * was rewritten, one of them is probably still in its history, and only what is new is sent.
 */
export function sampleHaves(repository: Repository, tip: Oid): Oid[] {
  const haves: Oid[] = [];
  let current: Oid | undefined = tip;
  for (let distance = 0, next = 0; current !== undefined && distance < MAX_WALKED; distance += 1) {
    if (distance === next) {
      haves.push(current);
      next = Math.max(1, next * 2);
    }
    [current] = readCommitLinks(repository.read(current, "commit")).parents;
  }
  return haves;
}
