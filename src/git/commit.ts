import { type Judged, passed, refused } from "../refusal.ts";
import { type ObjectHeader, MAX_PARENTS, MalformedObject, splitObject } from "./commit-headers.ts";
import { decodeUtf8, type Identity, parseIdentity } from "./identity.ts";
import { isOid, type Oid } from "./oid.ts";

/** More than any real signature: an RSA-4096 one with its armor is under 1 KiB. */
export const MAX_SIGNATURE_BYTES = 64 * 1024;

export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Identity;
  readonly committer: Identity;
  /** For reading only: decoded as UTF-8 whatever the `encoding` header says. */
  readonly message: string;
  /** The armored text of `gpgsig`, the space before each continuation line removed. */
  readonly signature?: string;
  /** What is signed: the object's own bytes without the `gpgsig` header, never an encoding of the above. */
  readonly payload: Uint8Array;
}

/**
 * Reads a commit object's content, and accepts only what git itself writes: `tree`, `parent`s, `author`,
 * `committer`, then other headers, a blank line, the message. Two readers that disagree about which of
 * two `tree` headers counts are an attack, so whatever could be read in two ways is malformed.
 * The grammar of identities is that of `git fsck`.
 */
export function parseCommit(bytes: Uint8Array): Judged<Commit, "MALFORMED_COMMIT"> {
  try {
    return passed(readCommit(bytes));
  } catch (error) {
    if (!(error instanceof MalformedObject)) throw error;
    return refused({
      code: "MALFORMED_COMMIT",
      subject: "commit object",
      message: error.message,
      remedy: "write the commit again with git: amend or rebase it, and sign it anew",
    });
  }
}

function readCommit(bytes: Uint8Array): Commit {
  const { headers, message } = splitObject(bytes);
  let next = 0;
  const take = (name: string): string => {
    const header = headers[next];
    if (header?.name !== name) throw new MalformedObject(`expected the header ${name} as number ${next + 1}`);
    if (header.lines.length !== 1) throw new MalformedObject(`the header ${name} is continued`);
    next += 1;
    return header.lines.join("");
  };

  const tree = parseOid(take("tree"), "tree");
  const parents: Oid[] = [];
  while (headers[next]?.name === "parent") parents.push(parseOid(take("parent"), "parent"));
  if (parents.length > MAX_PARENTS) throw new MalformedObject(`more than ${MAX_PARENTS} parents`);
  const author = parseIdentity(take("author"), "author");
  const committer = parseIdentity(take("committer"), "committer");
  const signature = findSignature(headers.slice(next));

  const parsed = { tree, parents, author, committer, message: decodeUtf8(message) };
  if (signature === undefined) return { ...parsed, payload: bytes };
  const payload = Buffer.concat([bytes.subarray(0, signature.start), bytes.subarray(signature.end)]);
  return { ...parsed, payload, signature: signature.lines.join("\n") };
}

function parseOid(text: string, name: string): Oid {
  if (!isOid(text)) throw new MalformedObject(`the header ${name} is not a SHA-1 object id`);
  return text;
}

const ONCE_IN_ORDER: ReadonlySet<string> = new Set(["tree", "parent", "author", "committer"]);
const AT_MOST_ONCE: ReadonlySet<string> = new Set(["gpgsig", "encoding"]);

/**
 * The signature among the headers after `committer`. git leaves every header whose name begins with
 * `gpgsig` out of what it verifies; in a SHA-1 repository `gpgsig-sha256` would be bytes that no
 * signature covers and nobody checks, so it is refused rather than carried along.
 */
function findSignature(headers: readonly ObjectHeader[]): ObjectHeader | undefined {
  const seen = new Set<string>();
  for (const { name } of headers) {
    if (ONCE_IN_ORDER.has(name)) throw new MalformedObject(`a second or misplaced header ${name}`);
    if (AT_MOST_ONCE.has(name) && seen.has(name)) throw new MalformedObject(`a second header ${name}`);
    if (name.startsWith("gpgsig") && name !== "gpgsig") {
      throw new MalformedObject("a gpgsig-sha256 signature (or the like) in a SHA-1 commit");
    }
    seen.add(name);
  }
  const signature = headers.find(({ name }) => name === "gpgsig");
  if (signature !== undefined && signature.end - signature.start > MAX_SIGNATURE_BYTES) {
    throw new MalformedObject(`a signature of more than ${MAX_SIGNATURE_BYTES} bytes`);
  }
  return signature;
}
