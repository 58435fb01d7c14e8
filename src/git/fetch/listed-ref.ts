import { GitError } from "../error.ts";
import { isOid, type Oid } from "../oid.ts";
import { DELIMITER_PKT, FLUSH_PKT, toPktLine } from "./pkt-line.ts";

/** A ref as a server lists it. */
export interface ListedRef {
  /** The whole name, such as `refs/heads/main`. */
  readonly ref: string;
  /** What it points to: of an annotated tag, the tag object. */
  readonly oid: Oid;
  /** What an annotated tag leads to in the end, as the server says. */
  readonly peeled?: Oid;
  /** The ref that a symbolic ref, such as `HEAD`, stands for. */
  readonly target?: string;
}

/**
 * Asks for the refs whose names begin so, and once for all where one of the prefixes is empty.
 * https://git-scm.com/docs/protocol-v2#_ls_refs
 */
export function toListRequest(prefixes: readonly string[]): Buffer {
  const lines = [
    toPktLine("command=ls-refs\n"),
    toPktLine("agent=sluice\n"),
    DELIMITER_PKT,
    toPktLine("peel\n"),
    toPktLine("symrefs\n"),
    ...(prefixes.includes("") ? [] : prefixes).map((prefix) => toPktLine(`ref-prefix ${prefix}\n`)),
    FLUSH_PKT,
  ];
  return Buffer.from(lines.join(""));
}

const PEELED = "peeled:";
const TARGET = "symref-target:";

/** A line of the answer: an oid, a name, and attributes, of which unknown ones are left alone. */
export function parseListedRef(line: string): ListedRef {
  const [oid = "", name = "", ...attributes] = line.split(" ");
  const peeled = attributeOf(attributes, PEELED);
  const target = attributeOf(attributes, TARGET);
  if (!isOid(oid) || (peeled !== undefined && !isOid(peeled))) throw notListing();
  return {
    ref: parseRefName(name),
    oid,
    ...(peeled !== undefined && { peeled }),
    ...(target !== undefined && { target: parseRefName(target) }),
  };
}

/** Only that it can be shown and compared; whether git would take it is asked of the names that are used. */
export function parseRefName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (name === "" || /[\x00-\x20\x7f]/.test(name)) throw notListing();
  return name;
}

export function notListing(): GitError {
  return new GitError("NOT_A_GIT_SERVER", "the server gives a listing of refs that cannot be read", {
    remedy: "check the URL with `git ls-remote`",
  });
}

function attributeOf(attributes: readonly string[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.startsWith(name))?.slice(name.length);
}
