import { type Judged, passed, type Refusal, refused } from "../../refusal.ts";
import { parseSshKeyLine } from "./key-line.ts";
import { matchesPatternList } from "./pattern-list.ts";
import type { SshPublicKey } from "./public-key.ts";
import { MalformedOption, parseSignerOptions, type SignerOptions } from "./signer-options.ts";
import { GIT_NAMESPACE } from "./sshsig.ts";

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
  const signers: AllowedSigner[] = [];
  const authorities: AllowedAuthority[] = [];
  const skipped: SkippedSigner[] = [];
  const problems: Refusal<"MALFORMED_ALLOWED_SIGNERS">[] = [];
  for (const [index, written] of text.split("\n").entries()) {
    const content = written.replace(SURROUNDING_SPACE, "");
    if (content === "" || content.startsWith("#")) continue;
    const line = index + 1;
    const entry = parseEntry(content);
    if ("problem" in entry) problems.push(malformed(line, entry.problem));
    else if ("skip" in entry) skipped.push({ line, reason: entry.skip });
    else if ("principals" in entry) authorities.push({ ...entry, line });
    else signers.push({ ...entry, line });
  }
  const [first, ...others] = problems;
  return first === undefined ? passed({ signers, authorities, skipped }) : refused(first, ...others);
}

/** No other white space: ssh-keygen takes a byte order mark or a no-break space for part of the principal. */
const SURROUNDING_SPACE = /^[ \t]+|[ \t\r]+$/g;

type Entry =
  | Omit<AllowedSigner, "line">
  | Omit<AllowedAuthority, "line">
  | { readonly skip: string }
  | { readonly problem: string };

/** `principals [options] keytype base64 [comment]` */
function parseEntry(content: string): Entry {
  if (content.includes("\0")) return { problem: "a NUL byte, where ssh-keygen would stop reading" };
  const [principals, rest] = splitPrincipals(content);
  if (principals === "" || rest === "") return { problem: "expected principals, options, key type and key" };
  const options = readOptions(rest);
  if ("problem" in options) return options;
  const parsed = parseSshKeyLine(options.rest);
  if (!parsed.ok) {
    const [{ code, message }] = parsed.refusals;
    return code === "MALFORMED_KEY" ? { problem: message } : { skip: message };
  }
  const key = parsed.value;
  const { certAuthority, namespaces, validAfter, validBefore } = options.value;
  if (namespaces !== undefined && !matchesPatternList(GIT_NAMESPACE, namespaces)) {
    return { skip: `the entry is for the namespaces ${namespaces}, not for git` };
  }
  if (certAuthority) return { principals, key, validAfter, validBefore };
  // git asks ssh-keygen for the entry's own patterns, one by one: those that exclude let nobody in.
  const principal = principals.split(",").find((pattern) => matchesPatternList(pattern, principals));
  if (principal === undefined) return { skip: `the principals ${principals} match nobody` };
  return { principal, key, validAfter, validBefore };
}

/** In double quotes, principals may hold spaces; with a quote anywhere else ssh-keygen reads another line. */
const PRINCIPALS = /^(?:"([^"]+)"|([^"\s]+))[ \t]+(.+)$/;

function splitPrincipals(content: string): [principals: string, rest: string] {
  const [, quoted = "", plain = "", rest = ""] = PRINCIPALS.exec(content) ?? [];
  return [quoted || plain, rest];
}

type Options = { readonly value: SignerOptions; readonly rest: string } | { readonly problem: string };

function readOptions(text: string): Options {
  try {
    return parseSignerOptions(text);
  } catch (error) {
    if (!(error instanceof MalformedOption)) throw error;
    return { problem: error.message };
  }
}

function malformed(line: number, message: string): Refusal<"MALFORMED_ALLOWED_SIGNERS"> {
  return {
    code: "MALFORMED_ALLOWED_SIGNERS",
    subject: `line ${line}`,
    message: `line ${line}: ${message}`,
    remedy: "see ALLOWED SIGNERS in ssh-keygen(1)",
  };
}
