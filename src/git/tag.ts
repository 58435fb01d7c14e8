import { type Judged, passed, refused } from "../refusal.ts";
import { MAX_SIGNATURE_BYTES } from "./commit.ts";
import { MalformedObject, splitObject } from "./commit-headers.ts";
import { decodeUtf8, type Identity, parseIdentity } from "./identity.ts";
import { isOid, type ObjectType, type Oid } from "./oid.ts";

/** What an annotated tag says. */
export interface Tag {
  readonly target: Oid;
  readonly targetType: ObjectType;
  /** Without `refs/tags/`. */
  readonly name: string;
  readonly tagger: Identity;
  /** For reading only; without the signature. */
  readonly message: string;
  /** The armored text at the end of the object. */
  readonly signature?: string;
  /** What is signed: the object's own bytes up to the signature. */
  readonly payload: Uint8Array;
}

const HEADERS = ["object", "type", "tag", "tagger"] as const;
const TYPES: readonly string[] = ["commit", "tree", "blob", "tag"] satisfies ObjectType[];

/** The armor of each kind of signature that git looks for, in gpg-interface.c. */
export const SIGNATURE_LABELS = ["PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE", "SIGNED MESSAGE"] as const;

/**
 * Reads a tag object's content, and accepts only what git itself writes: `object`, `type`, `tag`, `tagger`, a blank
 * line, the message, and the signature at the end of the message. git takes the last signature that it finds for the
 * signature, and leaves `gpgsig` headers out of what it verifies; here a second signature is malformed, and so is any
 * other header, `gpgsig-sha256` in a SHA-1 repository above all: nobody would have signed those bytes.
 */
export function parseTag(bytes: Uint8Array): Judged<Tag, "MALFORMED_TAG"> {
  try {
    return passed(readTag(bytes));
  } catch (error) {
    if (!(error instanceof MalformedObject)) throw error;
    return refused({
      code: "MALFORMED_TAG",
      subject: "tag object",
      message: error.message,
      remedy: "make the tag again with `git tag -s -f`",
    });
  }
}

function readTag(bytes: Uint8Array): Tag {
  const { headers, message } = splitObject(bytes);
  const [target, targetType, name, tagger] = HEADERS.map((expected, index) => {
    const header = headers[index];
    if (header?.name !== expected || header.lines.length !== 1) {
      throw new MalformedObject(`expected the header ${expected}, on one line, as number ${index + 1}`);
    }
    return header.lines.join("");
  });
  const surplus = headers[HEADERS.length];
  if (surplus !== undefined) throw new MalformedObject(`a header ${surplus.name}, which git does not write`);
  if (target === undefined || !isOid(target))
    throw new MalformedObject("the target is not a SHA-1 object id");
  if (targetType === undefined || !isObjectType(targetType))
    throw new MalformedObject("an unknown type of target");
  const parsed = {
    target,
    targetType,
    name: parseName(name ?? ""),
    tagger: parseIdentity(tagger ?? "", "tagger"),
  };
  const start = findSignature(message);
  if (start === undefined) return { ...parsed, message: decodeUtf8(message), payload: bytes };
  const size = message.length - start;
  if (size > MAX_SIGNATURE_BYTES)
    throw new MalformedObject(`a signature of more than ${MAX_SIGNATURE_BYTES} bytes`);
  return {
    ...parsed,
    message: decodeUtf8(message.subarray(0, start)),
    payload: bytes.subarray(0, bytes.length - size),
    signature: Buffer.from(message.subarray(start)).toString("latin1"),
  };
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The name is compared with a ref's: two names must not become one because neither is UTF-8. */
function parseName(text: string): string {
  try {
    return strictUtf8.decode(Buffer.from(text, "latin1"));
  } catch {
    throw new MalformedObject("a name that is not UTF-8");
  }
}

function isObjectType(text: string): text is ObjectType {
  return TYPES.includes(text);
}

/** Where in the message the one line is that begins a signature. */
function findSignature(message: Uint8Array): number | undefined {
  const text = Buffer.from(message).toString("latin1");
  const starts = SIGNATURE_LABELS.flatMap((label) => linesThatBegin(text, `-----BEGIN ${label}-----`));
  if (starts.length > 1) throw new MalformedObject("more than one signature");
  return starts[0];
}

function linesThatBegin(text: string, start: string): number[] {
  const found = text.startsWith(start) ? [0] : [];
  for (let at = text.indexOf(`\n${start}`); at !== -1; at = text.indexOf(`\n${start}`, at + 1))
    found.push(at + 1);
  return found;
}
