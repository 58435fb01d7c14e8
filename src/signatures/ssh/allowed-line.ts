import { parseSshKeyLine } from "./key-line.ts";
import { matchesPatternList } from "./pattern-list.ts";
import type { SshPublicKey } from "./public-key.ts";
import { MalformedOption, parseSignerOptions, type SignerOptions } from "./signer-options.ts";
import { GIT_NAMESPACE } from "./sshsig.ts";

/** One line of an `allowed_signers` file, whatever it is for. */
export interface AllowedLine extends Pick<SignerOptions, "validAfter" | "validBefore"> {
  /** A pattern-list. */
  readonly principals: string;
  readonly key: SshPublicKey;
  readonly isAuthority: boolean;
  /** Where they are given and git's is not among them. */
  readonly otherNamespaces: string | undefined;
}

export type ParsedLine =
  | { readonly line: AllowedLine }
  /** A key that is understood, and cannot count. */
  | { readonly skip: string }
  | { readonly problem: string };

/** `principals [options] keytype base64 [comment]` */
export function parseAllowedLine(content: string): ParsedLine {
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
  const { certAuthority, namespaces, validAfter, validBefore } = options.value;
  const isForGit = namespaces === undefined || matchesPatternList(GIT_NAMESPACE, namespaces);
  const otherNamespaces = isForGit ? undefined : namespaces;
  const { value: key } = parsed;
  return { line: { principals, key, isAuthority: certAuthority, otherNamespaces, validAfter, validBefore } };
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
