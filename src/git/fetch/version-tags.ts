import { maxSatisfying, parse, rcompare, type SemVer } from "semver";
import { GitError } from "../error.ts";
import type { Oid } from "../oid.ts";
import { TAGS } from "../repository/refs.ts";
import type { ListedRef } from "./listed-ref.ts";

interface VersionTag {
  readonly listed: ListedRef;
  readonly version: SemVer;
}

/**
 * The tag with the highest version in a range; a pre-release only where the range names one of the same version.
 * Build metadata has no part in precedence, so two tags of one precedence are one version only if they lead to one
 * commit, and then the first by name is taken: which of two commits is newer would be a guess. Throws
 * AMBIGUOUS_VERSION.
 * https://semver.org/#spec-item-11
 */
export function highestVersion(refs: readonly ListedRef[], range: string): ListedRef | undefined {
  const tags = readVersions(refs);
  const highest = maxSatisfying(
    tags.map(({ version }) => version),
    range,
  );
  if (highest === null) return undefined;
  const [chosen, ...others] = tags
    .filter(({ version }) => version.compare(highest) === 0)
    .map(({ listed }) => listed)
    .toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
  const other = others.find((each) => chosen !== undefined && leadsTo(each) !== leadsTo(chosen));
  if (chosen === undefined || other === undefined) return chosen;
  throw new GitError("AMBIGUOUS_VERSION", `${chosen.ref} and ${other.ref} are one version, of two commits`, {
    remedy: "delete one of the two tags, or give it a version of its own",
  });
}

/** The versions that there are, the highest first. */
export function versionsOf(refs: readonly ListedRef[]): string[] {
  const versions = readVersions(refs).map(({ version }) => version);
  return versions.toSorted(rcompare).map(({ version }) => version);
}

function readVersions(refs: readonly ListedRef[]): VersionTag[] {
  return refs.flatMap((listed) => {
    const version = listed.ref.startsWith(TAGS) ? parseVersion(listed.ref.slice(TAGS.length)) : undefined;
    return version === undefined ? [] : [{ listed, version }];
  });
}

function leadsTo({ oid, peeled = oid }: ListedRef): Oid {
  return peeled;
}

/** `1.2.3` or `v1.2.3`, spelled as the specification has it; undefined for any other name. */
function parseVersion(name: string): SemVer | undefined {
  const text = name.startsWith("v") ? name.slice(1) : name;
  const version = parse(text);
  if (version === null) return undefined;
  const build = version.build.length === 0 ? "" : `+${version.build.join(".")}`;
  return `${version.version}${build}` === text ? version : undefined;
}
