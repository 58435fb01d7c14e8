/** Packages are evaluated once for each object, or once for the change as a whole. */
export type PackageKind = "object" | "change";

const KINDS: readonly PackageKind[] = ["object", "change"];

/**
 * The rules of a bundle are evaluated together, through one rule for each kind of package that collects what
 * all of them say: the input is parsed once, and what rules share is computed once. The collecting packages
 * are named `*`; a bundle that has one of that name itself makes the rule collect itself, and does not compile.
 */
export function aggregateEntrypoint(kind: PackageKind): string {
  return `sluice/${kind}/*/deny`;
}

/** The kinds of packages that these entrypoints (`sluice/object/<name>/deny`) belong to. */
export function kindsOf(entrypoints: readonly string[]): readonly PackageKind[] {
  return KINDS.filter((kind) => entrypoints.some((entrypoint) => entrypoint.startsWith(`sluice/${kind}/`)));
}

/** A bundle's files with the collecting rules added, under names that no file of the bundle has. */
export function withAggregates(
  files: ReadonlyMap<string, Uint8Array>,
  entrypoints: readonly string[],
): ReadonlyMap<string, Uint8Array> {
  const all = new Map(files);
  for (const kind of kindsOf(entrypoints)) {
    const own = entrypoints.filter((entrypoint) => entrypoint.startsWith(`sluice/${kind}/`));
    let path = `sluice-${kind}.rego`;
    while (all.has(path)) path = `_${path}`;
    all.set(path, new TextEncoder().encode(aggregateSource(kind, own)));
  }
  return all;
}

/** Rego that gives `{"rule": <entrypoint>, "reason": <whatever the rule said>}` for each reason. */
function aggregateSource(kind: PackageKind, entrypoints: readonly string[]): string {
  const rules = entrypoints.map((entrypoint) => {
    const path = entrypoint.split("/").map((segment) => `[${JSON.stringify(segment)}]`);
    return `deny contains {"rule": ${JSON.stringify(entrypoint)}, "reason": reason} if some reason in data${path.join("")}`;
  });
  return [`package sluice.${kind}["*"]`, ...rules, ""].join("\n\n");
}
