import { type Digest, sha256 } from "../digest.ts";
import type { Judged } from "../refusal.ts";
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

/** Reads the files of a bundle from a folder; others there (a README, fixtures) are left out. */
export function readPolicyDirectory(
  dir: string,
): Promise<Judged<ReadonlyMap<string, Uint8Array>, LocalCode>> {
  return readLocalFolder(dir, (path) => BUNDLE_FILE.test(path));
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
