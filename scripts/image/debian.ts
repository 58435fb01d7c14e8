import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { compareText, type Entry, file } from "./entry.ts";
import { ImageError } from "./error.ts";
import { run } from "./program.ts";

/**
 * Files of the Debian packages that are installed on the machine that builds. dpkg knows which package and version
 * each came from, and whether it still is what the package brought.
 */

export interface Package {
  readonly name: string;
  readonly version: string;
  /** As scanners read it from `/var/lib/dpkg/status.d`: a paragraph of dpkg's status file. */
  readonly status: string;
}

/** A field in the language of dpkg-query's formats. */
const field = (name: string): string => `\${${name}}`;

/** The lines that identify a package, and nothing that depends on how it was installed. */
const STATUS_FORMAT = [
  `Package: ${field("Package")}`,
  "Status: install ok installed",
  `Architecture: ${field("Architecture")}`,
  `Source: ${field("source:Package")} (${field("source:Version")})`,
  `Version: ${field("Version")}`,
  "",
].join("\\n");

/** Which package owns each of these paths or patterns of dpkg-query: the path to the package's name. */
export async function findOwners(patterns: readonly string[]): Promise<Map<string, string>> {
  const lines = (await run("dpkg-query", ["--search", ...patterns])).split("\n");
  const owned = lines.map((line) => /^([a-z0-9.+-]+)(?::[a-z0-9]+)?: (\/.*)$/.exec(line));
  return new Map(owned.flatMap((match) => (match === null ? [] : [[match[2] ?? "", match[1] ?? ""]])));
}

export async function readPackage(name: string): Promise<Package> {
  const shown = await run("dpkg-query", ["--show", `--showformat=${STATUS_FORMAT}`, name]);
  const version = /^Version: (.+)$/m.exec(shown)?.[1];
  if (version === undefined) throw new ImageError("UNSUPPORTED", `the package ${name} is not installed`);
  return { name, version, status: shown };
}

/** Throws MODIFIED where one of the files is not what its package brought. */
export async function requireUnmodified(
  packages: readonly string[],
  paths: readonly string[],
): Promise<void> {
  const verified = await run("dpkg", ["--verify", ...packages], { alsoGood: [1] });
  const changed = verified.split("\n").flatMap((line) => /(\/\S+)$/.exec(line)?.[1] ?? []);
  const used = new Set(await Promise.all(paths.map((path) => realpath(path))));
  for (const path of changed) {
    const real = await realpath(path).catch(() => path);
    if (used.has(real)) throw new ImageError("MODIFIED", `${path} is not as its package has it`);
  }
}

/** What a package leaves in an image that has no package manager: its licence, and its line for scanners. */
export async function recordOf({ name, status }: Package): Promise<Entry[]> {
  const copyright = join("/usr/share/doc", name, "copyright");
  return [file(copyright.slice(1), await readFile(copyright)), file(`var/lib/dpkg/status.d/${name}`, status)];
}

/** `libc6=2.36-9, libgcc-s1=12.2.0-14` */
export function describePackages(packages: readonly Package[]): string {
  return packages
    .map(({ name, version }) => `${name}=${version}`)
    .sort(compareText)
    .join(", ");
}
