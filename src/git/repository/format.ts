import { promises } from "node:fs";
import git from "isomorphic-git";
import { GitError } from "../error.ts";

/** Extensions that change nothing about how objects and refs are stored. */
const HARMLESS: Readonly<Record<string, string | undefined>> = {
  objectformat: "sha1",
  refstorage: "files",
};

/**
 * Refuses a repository whose objects or refs are stored in a way that is not read here, before anything
 * is misread. Nothing else in the config is looked at: no include, no alias, no filter has an effect.
 */
export async function requireReadableFormat(commonDir: string): Promise<void> {
  const read = (path: string): Promise<unknown> =>
    git.getConfig({ fs: { promises }, gitdir: commonDir, path });
  for (const [extension, readable] of Object.entries(HARMLESS)) {
    const found = await read(`extensions.${extension}`);
    if (found === undefined || String(found).toLowerCase() === readable) continue;
    throw new GitError(
      "UNSUPPORTED_REPOSITORY",
      `${commonDir}: extensions.${extension} is ${JSON.stringify(String(found).slice(0, 32))}; only ${readable} is supported`,
      { remedy: `use a repository made with ${extension} ${readable}, git's default` },
    );
  }
}
