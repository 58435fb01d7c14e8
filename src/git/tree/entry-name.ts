import { isUtf8 } from "node:buffer";

/** Code points that HFS+ leaves out when it compares names. */
const HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * `.git` and its short name on NTFS, where trailing dots and spaces are dropped and `:` begins the name
 * of a stream.
 */
const DOT_GIT = /^(\.git|git~1)[. ]*(:.*)?$/i;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * What is wrong with a name in a tree, or undefined. The rules are those of `git fsck` for every platform
 * at once: what is let in must mean the same wherever it is written out.
 */
export function findNameProblem(name: Buffer): string | undefined {
  if (!isUtf8(name)) return "is not UTF-8";
  const text = name.toString("utf8");
  if (text === "." || text === "..") return "leads to another folder";
  if (text.includes("\\")) return "holds a backslash, which some systems take for a separator";
  if (CONTROL.test(text)) return "holds a control character";
  if (DOT_GIT.test(text.replace(HFS_IGNORED, ""))) return "is a spelling of `.git`";
  return undefined;
}

/** Names with the same key are the same file on a system that ignores case or composes letters. */
export function collisionKey(name: string): string {
  return name.normalize("NFC").replace(HFS_IGNORED, "").toUpperCase().toLowerCase();
}
