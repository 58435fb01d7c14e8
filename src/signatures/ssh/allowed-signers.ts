import { type Judged, passed, type Refusal, refused } from "../../refusal.ts";
import { parseAllowedLine } from "./allowed-line.ts";
import { grantLines, type PlacedLine } from "./line-order.ts";
import type { SshPublicKey } from "./public-key.ts";

interface Window {
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
  readonly line: number;
}

/** One entry that can vouch for commits. */
export interface AllowedSigner extends Window {
  /** The pattern of the entry's principals that git verifies the signature for, and prints as the signer. */
  readonly principal: string;
  readonly key: SshPublicKey;
}

/** One entry whose key vouches for certificates. */
export interface AllowedAuthority extends Window {
  /** A pattern-list: whom the authority may name. */
  readonly principals: string;
  readonly key: SshPublicKey;
  /** Pattern-lists of the lines that hide this one: of a certificate's principals that are in one, only those count. */
  readonly hiddenBy: readonly string[];
}

/** An entry that is understood and grants nothing here; what it would grant to git is refused. */
export interface SkippedSigner {
  readonly line: number;
  readonly reason: string;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  readonly authorities: readonly AllowedAuthority[];
  readonly skipped: readonly SkippedSigner[];
}

/** Room for some 50,000 entries. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Parses the file of `gpg.ssh.allowedSignersFile`, as ssh-keygen(1) describes it under ALLOWED SIGNERS.
 * Where ssh-keygen passes over a line that it cannot parse, the file is refused here: a typing error
 * must not change who is trusted without a word. Passed over, and said so, are key types that are not supported
 * (certificates among them: an entry names a key), keys that are too weak, principals that match nobody, and
 * entries for other namespaces than git's.
 */
export function parseAllowedSigners(text: string): Judged<AllowedSigners, "MALFORMED_ALLOWED_SIGNERS"> {
  if (text.length > MAX_CHARACTERS) return refused(malformed(1, `more than ${MAX_CHARACTERS} characters`));
  const lines: PlacedLine[] = [];
  const skipped: SkippedSigner[] = [];
  const problems: Refusal<"MALFORMED_ALLOWED_SIGNERS">[] = [];
  for (const [index, written] of text.split("\n").entries()) {
    const content = written.replace(SURROUNDING_SPACE, "");
    if (content === "" || content.startsWith("#")) continue;
    const line = index + 1;
    const parsed = parseAllowedLine(content);
    if ("problem" in parsed) problems.push(malformed(line, parsed.problem));
    else if ("skip" in parsed) skipped.push({ line, reason: parsed.skip });
    else lines.push({ ...parsed.line, line });
  }
  const [first, ...others] = problems;
  if (first !== undefined) return refused(first, ...others);
  const granted = grantLines(lines);
  return passed({
    ...granted,
    skipped: [...skipped, ...granted.skipped].toSorted((one, other) => one.line - other.line),
  });
}

/** No other white space: ssh-keygen takes a byte order mark or a no-break space for part of the principal. */
const SURROUNDING_SPACE = /^[ \t]+|[ \t\r]+$/g;

function malformed(line: number, message: string): Refusal<"MALFORMED_ALLOWED_SIGNERS"> {
  return {
    code: "MALFORMED_ALLOWED_SIGNERS",
    subject: `line ${line}`,
    message: `line ${line}: ${message}`,
    remedy: "see ALLOWED SIGNERS in ssh-keygen(1)",
  };
}
