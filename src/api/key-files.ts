import { resolve } from "node:path";
import { readText } from "./documents.ts";
import type { KeyText } from "./trust-material.ts";
import type { TrustPolicy } from "./trust-policy.ts";

/** Reads every key file that a TrustPolicy names, by its path as written. Throws {@link ResourceError}. */
export async function readKeyFiles(
  policy: TrustPolicy,
  folder: string,
): Promise<ReadonlyMap<string, KeyText>> {
  const files = new Map<string, KeyText>();
  for (const path of keyFilesOf(policy)) {
    const origin = resolve(folder, path);
    files.set(path, { origin, text: await readText(origin) });
  }
  return files;
}

function keyFilesOf({ spec }: TrustPolicy): string[] {
  const ofSigners = spec.signers.flatMap(({ keys }) =>
    keys.flatMap((key) => ("openpgp" in key && "file" in key.openpgp ? [key.openpgp.file] : [])),
  );
  const ofArtifacts = spec.artifacts.flatMap(({ signedBy }) =>
    signedBy.any.flatMap(({ cosign }) => ("key" in cosign ? [cosign.key] : [])),
  );
  return [...ofSigners, ...ofArtifacts];
}
