import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { describePackages, findOwners, readPackage, recordOf, requireUnmodified } from "./debian.ts";
import { readLinkage } from "./elf.ts";
import { directory, type Entry, file, NONROOT } from "./entry.ts";
import { ImageError } from "./error.ts";

export interface Platform {
  /** As the image's configuration names it. */
  readonly architecture: "amd64" | "arm64";
  /** Debian's name, of the folder that holds the libraries. */
  readonly triplet: string;
}

export interface BaseLayer {
  readonly entries: readonly Entry[];
  /** The Debian packages that files came from, with their versions. */
  readonly packages: string;
}

const SYSTEM_FILES: readonly Entry[] = [
  file(
    "etc/passwd",
    `root:x:0:0:root:/nonexistent:/nonexistent\nnonroot:x:${NONROOT}:${NONROOT}:nonroot:/var/lib/sluice:/nonexistent\n`,
  ),
  file("etc/group", `root:x:0:\nnonroot:x:${NONROOT}:\n`),
  file("etc/nsswitch.conf", "hosts: files dns\n"),
  directory("var/lib/sluice", 0o700, NONROOT),
  directory("tmp", 0o1777),
  // Empty: Node brings Mozilla's certificates. What a company mounts here is trusted besides.
  directory("etc/ssl/certs"),
];

/**
 * What runs Sluice and is not Sluice: Node, the libraries that it is linked to, who the users are. No shell and no
 * package manager.
 */
export async function makeBaseLayer(node: Buffer, platform: Platform): Promise<BaseLayer> {
  const libraries = await findLibraries(node, platform);
  const owned = new Map([...libraries, ["/usr/lib/os-release", "base-files"] as const]);
  const names = [...new Set(owned.values())];
  await requireUnmodified(names, [...owned.keys()]);
  const packages = await Promise.all(names.map(readPackage));
  const records = await Promise.all(packages.map(recordOf));
  return {
    entries: [
      file("usr/local/bin/node", node, 0o755),
      ...(await copyLibraries([...libraries.keys()], node, platform)),
      file("usr/lib/os-release", await readFile("/usr/lib/os-release")),
      file("etc/os-release", await readFile("/usr/lib/os-release")),
      ...SYSTEM_FILES,
      ...records.flat(),
    ],
    packages: describePackages(packages),
  };
}

/** The path of every library that the program is linked to, directly or through another; and its package. */
async function findLibraries(program: Buffer, { triplet }: Platform): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let wanted = readLinkage(program).needed;
  while (wanted.length > 0) {
    const owners = await findOwners(wanted.map((name) => `*/lib/${triplet}/${name}`));
    const linkages = await Promise.all(
      wanted.map(async (name) => {
        const owner = [...owners].find(([path]) => basename(path) === name);
        if (owner === undefined) throw new ImageError("UNSUPPORTED", `no package has ${name} for ${triplet}`);
        found.set(...owner);
        return readLinkage(await readFile(owner[0]));
      }),
    );
    const known = new Set([...found.keys()].map((path) => basename(path)));
    wanted = [...new Set(linkages.flatMap(({ needed }) => needed))].filter((name) => !known.has(name));
  }
  return found;
}

/** Each in the folder where the loader looks first; the loader itself where the program asks for it. */
async function copyLibraries(
  paths: readonly string[],
  program: Buffer,
  { triplet }: Platform,
): Promise<Entry[]> {
  const { interpreter } = readLinkage(program);
  return Promise.all(
    paths.map(async (path) => {
      const isLoader = interpreter !== undefined && basename(path) === basename(interpreter);
      const target = isLoader ? interpreter.slice(1) : `lib/${triplet}/${basename(path)}`;
      return file(target, await readFile(path), 0o755);
    }),
  );
}
