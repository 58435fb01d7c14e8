import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { branchRef, TAGS, tagRef } from "../repository/refs.ts";
import type { ListedRef } from "./listed-ref.ts";
import { highestVersion, versionsOf } from "./version-tags.ts";

/** What is followed in a repository. */
export type RefSelector =
  | { readonly branch: string }
  | { readonly tag: string }
  /** The highest of the tags that are versions in this range. */
  | { readonly semver: string }
  /** This one commit, by its full id. */
  | { readonly commit: Oid };

/** What a server says about the ref that was asked for. */
export interface RemoteRef {
  /** The full name; the id itself for a commit that was asked for by it. */
  readonly ref: string;
  /** What the ref holds: of an annotated tag, the tag object. */
  readonly oid: Oid;
}

const HEADS = "refs/heads/";
const NAMES_SHOWN = 5;

/**
 * What to list. A commit's id is not listed, and still the server is asked: for a listing it wants to know who asks,
 * also where the commit is here already, for somebody else.
 */
export function prefixOf(selector: RefSelector): string {
  if ("branch" in selector) return branchRef(selector.branch);
  if ("tag" in selector) return tagRef(selector.tag);
  return "semver" in selector ? TAGS : "HEAD";
}

/** The ref that is meant among those listed; undefined where it is not there. Throws AMBIGUOUS_VERSION. */
export function chooseRef(refs: readonly ListedRef[], selector: RefSelector): RemoteRef | undefined {
  if ("commit" in selector) return { ref: selector.commit, oid: selector.commit };
  if (!("semver" in selector)) return exactly(refs, prefixOf(selector));
  const chosen = highestVersion(refs, selector.semver);
  return chosen && { ref: chosen.ref, oid: chosen.oid };
}

/** A listing by prefix has `refs/heads/main-2` too. */
export function exactly(refs: readonly ListedRef[], name: string): RemoteRef | undefined {
  const oid = refs.find(({ ref }) => ref === name)?.oid;
  return oid === undefined ? undefined : { ref: name, oid };
}

/** The prefix of what could have been asked for instead. */
export function siblingsOf(selector: RefSelector): string {
  return "branch" in selector ? HEADS : TAGS;
}

/** Says that what was asked for is not there, and which of its siblings are. */
export function refNotFound(selector: RefSelector, siblings: readonly ListedRef[]): GitError {
  if ("semver" in selector) {
    return new GitError("REF_NOT_FOUND", `no tag is a version in ${JSON.stringify(selector.semver)}`, {
      remedy: `${suggestion("version", versionsOf(siblings))}; a pre-release counts where the range names one of that version`,
    });
  }
  const prefix = siblingsOf(selector);
  const names = siblings.flatMap(({ ref }) => (ref.startsWith(prefix) ? [ref.slice(prefix.length)] : []));
  if ("branch" in selector && names.length === 0) return emptyRepository();
  return new GitError("REF_NOT_FOUND", `the repository has no ${prefixOf(selector)}`, {
    remedy: suggestion("branch" in selector ? "branch" : "tag", names),
  });
}

export function emptyRepository(): GitError {
  return new GitError("EMPTY_REPOSITORY", "the repository has no branch yet", {
    remedy: "push a first commit",
  });
}

function suggestion(kind: string, names: readonly string[]): string {
  if (names.length === 0) return `push a ${kind} first: there is none`;
  return `name a ${kind} that is there, such as ${JSON.stringify(names.slice(0, NAMES_SHOWN))}`;
}
