import { type Judged, passed } from "../refusal.ts";
import { parseCommit } from "./commit.ts";
import { splitObject } from "./commit-headers.ts";
import { hashObject, type Oid } from "./oid.ts";

/** A tag that a merge commit carries whole, in a `mergetag` header, so that its signature outlives the ref. */
export interface MergedTag {
  readonly oid: Oid;
  /** The tag object's content. */
  readonly bytes: Uint8Array;
  /** The commits that the merge brought: all parents but the first. */
  readonly merged: readonly Oid[];
}

/** The tags in the `mergetag` headers of a commit object, in their order; none for most commits. */
export function readMergedTags(commit: Uint8Array): Judged<readonly MergedTag[], "MALFORMED_COMMIT"> {
  const parsed = parseCommit(commit);
  if (!parsed.ok) return parsed;
  const merged = parsed.value.parents.slice(1);
  const headers = splitObject(commit).headers.filter(({ name }) => name === "mergetag");
  return passed(
    headers.map(({ lines }) => {
      // git ends every line of the object that it embeds, also a last one that had no end.
      const bytes = Buffer.from(`${lines.join("\n")}\n`, "latin1");
      return { oid: hashObject("tag", bytes), bytes, merged };
    }),
  );
}
