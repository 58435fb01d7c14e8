import { promises } from "node:fs";
import git from "isomorphic-git";
import { GitError } from "../error.ts";

/** The extensions that change how objects are named and refs are kept, with the one value read here. */
const READABLE = [
  ["objectformat", "sha1"],
  ["refstorage", "files"],
] as const;

/**
 * Refuses a repository whose objects or refs are stored in a way that is not read here, before anything
 * is misread. Nothing else in the config is looked at: no include, no alias, no filter has an effect.
 */
export async function requireReadableFormat(commonDir: string): Promise<void> {
  for (const [extension, readable] of READABLE) {
    const path = `extensions.${extension}`;
    const found: unknown = await git.getConfig({ fs: { promises }, gitdir: commonDir, path });
    if (found === undefined || String(found).toLowerCase() === readable) continue;
    const shown = JSON.stringify(String(found).slice(0, 32));
    throw new GitError(
      "UNSUPPORTED_REPOSITORY",
      `${commonDir}: ${path} is ${shown}; only ${readable} is supported`,
      { remedy: `use a repository made with ${extension} ${readable}, git's default` },
    );
  }
}
