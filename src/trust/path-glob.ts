import { matchesWildcard } from "../wildcard.ts";

/** A star, one certain byte, or one of several bytes: those that are set. */
type Token = typeof STAR | number | Uint8Array;

/** What one segment of a path must look like. */
export type PathGlob = readonly Token[];

/** Carries the reason from the depth of the reading to whoever reads the pattern, and never further. */
export class MalformedGlob extends Error {
  override readonly name = "MalformedGlob";
}

const STAR = "*";
export const ANY_NAME: PathGlob = [STAR];

const ANY_BYTE = new Uint8Array(256).fill(1);

/**
 * Reads one segment of a pattern as git's wildmatch does, byte for byte: `*` is any number of bytes, `?` is one,
 * `[a-z]`, `[!a]` and `[[:alpha:]]` are one of several, and a backslash takes the next character's meaning away.
 */
export function parsePathGlob(text: string): PathGlob {
  const bytes = Buffer.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { token, next } = readToken(bytes, at);
    if (token === STAR && tokens.at(-1) === STAR) {
      throw new MalformedGlob("a segment with more than ** in it");
    }
    tokens.push(token);
    at = next;
  }
  return tokens;
}

export function fitsGlob(name: Uint8Array, glob: PathGlob): boolean {
  return matchesWildcard(name, glob, isStar, fits);
}

export function isAnyName(glob: PathGlob): boolean {
  return glob.length === 1 && glob[0] === STAR;
}

/** The one name that a glob without wildcards stands for. */
export function literalName(glob: PathGlob): Uint8Array | undefined {
  return glob.every((token) => typeof token === "number") ? Uint8Array.from(glob) : undefined;
}

function isStar(token: Token): boolean {
  return token === STAR;
}

function fits(token: Token, byte: number): boolean {
  return typeof token === "number" ? token === byte : token[byte] === 1;
}

interface Read<T> {
  readonly token: T;
  readonly next: number;
}

function readToken(bytes: Buffer, at: number): Read<Token> {
  switch (byteAt(bytes, at)) {
    case "*":
      return { token: STAR, next: at + 1 };
    case "?":
      return { token: ANY_BYTE, next: at + 1 };
    case "[":
      return readClass(bytes, at + 1);
    case "\\":
      return { token: escaped(bytes, at), next: at + 2 };
    default:
      return { token: bytes[at] ?? 0, next: at + 1 };
  }
}

function byteAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + 1);
}

function escaped(bytes: Buffer, at: number): number {
  const byte = bytes[at + 1];
  if (byte === undefined) throw new MalformedGlob("a backslash with nothing after it in its segment");
  return byte;
}

/** What is between brackets; a `]` is itself where it comes first. */
function readClass(bytes: Buffer, start: number): Read<Uint8Array> {
  const negated = byteAt(bytes, start) === "!" || byteAt(bytes, start) === "^";
  const first = negated ? start + 1 : start;
  const members = new Uint8Array(256);
  let at = first;
  while (at === first || byteAt(bytes, at) !== "]") {
    if (at >= bytes.length) throw new MalformedGlob("a [ without its ] in the same segment");
    at = readMember(bytes, at, members);
  }
  const token = negated ? members.map((member) => 1 - member) : members;
  if (!token.includes(1)) throw new MalformedGlob("brackets that no character fits");
  return { token, next: at + 1 };
}

/** One member of a class: a named class, a range, or a single byte. Gives where the next one begins. */
function readMember(bytes: Buffer, at: number, members: Uint8Array): number {
  const named = /^\[:([^\]]*):\]/.exec(bytes.toString("latin1", at))?.[1];
  if (named !== undefined) {
    addNamed(named, members);
    return at + named.length + 4;
  }
  const from = readMemberByte(bytes, at);
  const isRange = byteAt(bytes, from.next) === "-" && !["", "]"].includes(byteAt(bytes, from.next + 1));
  const to = isRange ? readMemberByte(bytes, from.next + 1) : from;
  // A range that ends before it begins has nothing in it.
  if (to.token >= from.token) members.fill(1, from.token, to.token + 1);
  return to.next;
}

function readMemberByte(bytes: Buffer, at: number): Read<number> {
  if (byteAt(bytes, at) === "\\") return { token: escaped(bytes, at), next: at + 2 };
  return { token: bytes[at] ?? 0, next: at + 1 };
}

/** ASCII's, whatever the locale is. */
const NAMED_CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ["alnum", /[0-9A-Za-z]/],
  ["alpha", /[A-Za-z]/],
  ["blank", /[ \t]/],
  ["cntrl", /[\p{Cc}--[\x80-\x9f]]/v],
  ["digit", /[0-9]/],
  ["graph", /[!-~]/],
  ["lower", /[a-z]/],
  ["print", /[ -~]/],
  ["punct", /[!-/:-@[-`{-~]/],
  ["space", /[\t-\r ]/],
  ["upper", /[A-Z]/],
  ["xdigit", /[0-9A-Fa-f]/],
]);

function addNamed(name: string, members: Uint8Array): void {
  const named = NAMED_CLASSES.get(name);
  if (named === undefined) throw new MalformedGlob(`a class [:${name}:] that does not exist`);
  for (let byte = 0; byte < 128; byte += 1) {
    if (named.test(String.fromCharCode(byte))) members[byte] = 1;
  }
}
