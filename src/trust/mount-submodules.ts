import type { Snapshot } from "../git/index.ts";
import type { Verified } from "../verified.ts";
import { TrustError } from "./error.ts";

/**
 * A verified tree with the verified trees of its submodules in their places. Each must be of the commit that the tree
 * pins, and none may be missing; then what is made of verified parts is verified.
 */
export function mountSubmodules(
  snapshot: Verified<Snapshot>,
  mounts: ReadonlyMap<string, Verified<Snapshot>>,
): Verified<Snapshot> {
  if (snapshot.pins.size === 0) return snapshot;
  const files = new Map(snapshot.files);
  for (const [path, revision] of snapshot.pins) {
    const mounted = mounts.get(path);
    if (mounted?.head !== revision) {
      throw new TrustError(
        "INCOMPLETE_RANGE",
        `the submodule ${path} is not there as it is pinned, at ${revision}`,
      );
    }
    for (const [name, bytes] of mounted.files) files.set(`${path}/${name}`, bytes);
  }
  return { ...snapshot, files } as Verified<Snapshot>;
}
