import { join } from "node:path";
import { GitError } from "../error.ts";
import { isOid, type Oid } from "../oid.ts";
import { type RepositoryPaths, readMetadata } from "./locate.ts";

/** As many steps as git follows. */
const MAX_SYMBOLIC_DEPTH = 5;
const MAX_REF_BYTES = 1024;

/** The value of a ref given by its full name (`HEAD`, `refs/heads/main`); undefined where it does not exist. */
export function readRef(paths: RepositoryPaths, name: string): Oid | undefined {
  let current = name;
  for (let depth = 0; depth < MAX_SYMBOLIC_DEPTH; depth += 1) {
    requireRefName(current);
    const directory = current.startsWith("refs/") ? paths.commonDir : paths.gitDir;
    const text = readMetadata(join(directory, current))?.trimEnd();
    if (text === undefined) return readPackedRef(paths.commonDir, current);
    if (isOid(text)) return text;
    const target = /^ref: *(refs\/.+)$/.exec(text)?.[1];
    if (target === undefined) throw malformed(current);
    current = target;
  }
  throw malformed(name);
}

function readPackedRef(commonDir: string, name: string): Oid | undefined {
  for (const line of readMetadata(join(commonDir, "packed-refs"))?.split("\n") ?? []) {
    // Comments begin with `#`, peeled tags with `^`.
    if (line.length !== 41 + name.length || !line.endsWith(name)) continue;
    const oid = line.slice(0, 40);
    if (line[40] === " " && isOid(oid)) return oid;
  }
  return undefined;
}

/** `refs/heads/<branch>`, checked. */
export function branchRef(branch: string): string {
  const name = `refs/heads/${branch}`;
  requireRefName(name);
  return name;
}

export const TAGS = "refs/tags/";

/** `refs/tags/<tag>`, checked. */
export function tagRef(tag: string): string {
  const name = `${TAGS}${tag}`;
  requireRefName(name);
  return name;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what a ref name may not have
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$/;

/** The rules of `git check-ref-format`: a name is also a path, and must not lead out of the repository. */
function requireRefName(name: string): void {
  const well =
    (name === "HEAD" || name.startsWith("refs/")) &&
    Buffer.byteLength(name) <= MAX_REF_BYTES &&
    !FORBIDDEN.test(name) &&
    name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
  if (well) return;
  throw new GitError("BAD_REF_NAME", `${JSON.stringify(name.slice(0, 100))} is not the name of a ref`, {
    remedy: "see `git check-ref-format` for what a name may be",
  });
}

function malformed(name: string): GitError {
  return new GitError(
    "MALFORMED_REF",
    `the ref ${name} holds neither an object id nor the name of another ref`,
    {
      remedy: "look at the repository with `git show-ref`",
    },
  );
}
