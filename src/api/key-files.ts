import { resolve } from "node:path";
import { readBytes } from "./documents.ts";
import type { KeyBytes } from "./key-finder.ts";
import { keyReferencesOf } from "./key-references.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** Room for the largest revocation lists. */
const MAX_KEY_FILE_BYTES = 16 * 1024 * 1024;

/** Reads every key file that a TrustPolicy names, by its path as written. Throws {@link ResourceError}. */
export async function readKeyFiles(
  policy: TrustPolicy,
  folder: string,
): Promise<ReadonlyMap<string, KeyBytes>> {
  const files = new Map<string, KeyBytes>();
  for (const path of keyFilesOf(policy)) {
    const origin = resolve(folder, path);
    files.set(path, { origin, bytes: await readBytes(origin, MAX_KEY_FILE_BYTES) });
  }
  return files;
}

function keyFilesOf(policy: TrustPolicy): string[] {
  return keyReferencesOf(policy).flatMap((each) => {
    if ("file" in each) return [each.file];
    return "key" in each ? [each.key] : [];
  });
}
