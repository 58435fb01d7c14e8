import { type Judged, passed, type Refusal, refused } from "../../refusal.ts";
import { parseSshKeyLine } from "./key-line.ts";
import { matchesPatternList } from "./pattern-list.ts";
import type { SshPublicKey } from "./public-key.ts";
import { MalformedOption, parseSignerOptions, type SignerOptions } from "./signer-options.ts";
import { GIT_NAMESPACE } from "./sshsig.ts";

/** One entry that can vouch for commits. */
export interface AllowedSigner {
  /** The pattern of the entry's principals that git verifies the signature for, and prints as the signer. */
  readonly principal: string;
  readonly key: SshPublicKey;
  /** Milliseconds since the epoch; the window is [validAfter, validBefore). */
  readonly validAfter: number | undefined;
  readonly validBefore: number | undefined;
  readonly line: number;
}

/** An entry that is understood and grants nothing here; what it would grant to git is refused. */
export interface SkippedSigner {
  readonly line: number;
  readonly reason: string;
}

export interface AllowedSigners {
  readonly signers: readonly AllowedSigner[];
  readonly skipped: readonly SkippedSigner[];
}

/**
 * Parses the file of `gpg.ssh.allowedSignersFile`, as ssh-keygen(1) describes it under ALLOWED SIGNERS.
 * Where ssh-keygen passes over a line that it cannot parse, the file is refused here: a typing error
 * must not change who is trusted without a word. Passed over, and said so, are certificate authorities, key
 * types that are not supported, keys that are too weak, principals that match nobody, and entries for other
 * namespaces than git's.
 */
export function parseAllowedSigners(text: string): Judged<AllowedSigners, "MALFORMED_ALLOWED_SIGNERS"> {
  const signers: AllowedSigner[] = [];
  const skipped: SkippedSigner[] = [];
  const problems: Refusal<"MALFORMED_ALLOWED_SIGNERS">[] = [];
  for (const [index, written] of text.split("\n").entries()) {
    const content = written.trim();
    if (content === "" || content.startsWith("#")) continue;
    const line = index + 1;
    const entry = parseEntry(content);
    if ("problem" in entry) problems.push(malformed(line, entry.problem));
    else if ("skip" in entry) skipped.push({ line, reason: entry.skip });
    else signers.push({ ...entry, line });
  }
  const [first, ...others] = problems;
  return first === undefined ? passed({ signers, skipped }) : refused(first, ...others);
}

type Entry = Omit<AllowedSigner, "line"> | { readonly skip: string } | { readonly problem: string };

/** `principals [options] keytype base64 [comment]` */
function parseEntry(content: string): Entry {
  const [principals, rest] = splitPrincipals(content);
  if (principals === "" || rest === "") return { problem: "expected principals, options, key type and key" };
  const options = readOptions(rest);
  if ("problem" in options) return options;
  const key = parseSshKeyLine(options.rest);
  if (!key.ok) {
    const [{ code, message }] = key.refusals;
    return code === "MALFORMED_KEY" ? { problem: message } : { skip: message };
  }
  // git asks ssh-keygen for the entry's own patterns, one by one: those that exclude let nobody in.
  const principal = principals.split(",").find((pattern) => matchesPatternList(pattern, principals));
  if (principal === undefined) return { skip: `the principals ${principals} match nobody` };
  const { certAuthority, namespaces, validAfter, validBefore } = options.value;
  if (certAuthority) return { skip: "certificate authorities are not supported" };
  if (namespaces !== undefined && !matchesPatternList(GIT_NAMESPACE, namespaces)) {
    return { skip: `the entry is for the namespaces ${namespaces}, not for git` };
  }
  return { principal, key: key.value, validAfter, validBefore };
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
