import { realpath } from "node:fs/promises";
import { relative } from "node:path";
import { type Digest, sha256 } from "../digest.ts";
import { type Judged, refused } from "../refusal.ts";
import { canonicalJson, type JsonObject, type LocalCode, readLocalFolder } from "../render/index.ts";

/** One set of Rego files with the parameters that they are given. */
export interface BundleSource {
  readonly name: string;
  /** `.rego` and `data.json|yaml|yml` files by their paths in the bundle. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly parameters: JsonObject;
}

const BUNDLE_FILE = /(\.rego|(^|\/)data\.(json|ya?ml))$/;
const TEST_FILE = /_test\.rego$/;

/**
 * Reads the files of a bundle from a folder; others there (a README, fixtures) are left out. Where the folder must
 * lie `within` another one, it is refused when symbolic links on the way lead out of that.
 */
export async function readPolicyDirectory(
  dir: string,
  { within }: { readonly within?: string } = {},
): Promise<Judged<ReadonlyMap<string, Uint8Array>, LocalCode>> {
  if (within !== undefined && (await leaves(dir, within))) {
    const message = `leads out of ${within} by a symbolic link`;
    return refused({ code: "SYMLINK", subject: dir, message, remedy: "put the folder itself there" });
  }
  return readLocalFolder(dir, (path) => BUNDLE_FILE.test(path));
}

async function leaves(dir: string, folder: string): Promise<boolean> {
  const [place, real] = await Promise.all([folder, dir].map((path) => realpath(path).catch(() => undefined)));
  if (place === undefined || real === undefined) return false; // not there: reading it says so
  return relative(place, real).split("/")[0] === "..";
}

/** Names exactly what is evaluated: every policy and data file, and the parameters. Tests have no part in it. */
export function bundleDigest({ files, parameters }: BundleSource): Digest {
  return sha256(canonicalJson({ files: digestFiles(files), parameters }));
}

/** Digests of the files that are compiled. */
export function digestFiles(files: BundleSource["files"]): JsonObject {
  return Object.fromEntries([...withoutTests(files)].map(([path, bytes]) => [path, sha256(bytes)]));
}

export function withoutTests(files: BundleSource["files"]): BundleSource["files"] {
  return new Map([...files].filter(([path]) => !TEST_FILE.test(path)));
}
