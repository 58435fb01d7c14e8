import type { Refusal } from "../refusal.ts";

/** What the gate will not have in a tree, whoever signed it. */
export type GitRefusalCode =
  /** A name that leaves the tree, or that some file system takes for `.git`. */
  | "UNSAFE_PATH"
  /** Two names that one file system or another takes for the same. */
  | "PATH_COLLISION"
  | "SYMLINK"
  | "SUBMODULE"
  /** Neither a file, nor a folder, nor a link, nor a submodule. */
  | "UNKNOWN_MODE"
  /** Bytes that git itself would not have written: unsorted, twice the same name, cut off. */
  | "MALFORMED_TREE"
  | "MALFORMED_COMMIT"
  /** A file that is a folder, a parent that is no commit: an object is not what refers to it says. */
  | "WRONG_TYPE"
  /** An object was crafted to have the name of another, so a signature on the name is on both. */
  | "SHA1_COLLISION"
  | "TREE_TOO_LARGE";

const REMEDIES: Readonly<Record<GitRefusalCode, string>> = {
  UNSAFE_PATH: "rename the file",
  PATH_COLLISION: "rename one of the two",
  SYMLINK: "put a copy in its place, or refer to the file from a kustomization",
  SUBMODULE:
    "copy what is needed into this repository, or name the submodule in the gate's `source.git.submodules`, with the trust that its commits need",
  UNKNOWN_MODE: "add the file again with git",
  MALFORMED_TREE: "write the commit again with git",
  MALFORMED_COMMIT: "write the commit again with git",
  WRONG_TYPE: "write the commit again with git",
  SHA1_COLLISION: "find out who brought that object: it does not come about by accident",
  TREE_TOO_LARGE: "keep configuration in a repository of its own",
};

export function toRefusal(code: GitRefusalCode, subject: string, message: string): Refusal<GitRefusalCode> {
  return { code, subject, message, remedy: REMEDIES[code] };
}
