import { readFile } from "node:fs/promises";
import {
  AuditError,
  type DirectoryFiles,
  type LogTrust,
  parseTrustedKey,
  readOwnKey,
} from "../audit/index.ts";
import { systemErrorCode } from "../fault.ts";
import type { Io } from "./io.ts";

/** What a command that reads a log says of its option `--key`. */
export const KEY = "the key that you trust: a public key (PEM) or verifier key file; else the log's own";

export interface ChosenKey {
  readonly trust: LogTrust;
  /** What is to be said loudly about where the key is from. */
  readonly notices: readonly string[];
}

export async function chooseKey(files: DirectoryFiles, file: string | undefined): Promise<ChosenKey> {
  if (file !== undefined)
    return { trust: parseTrustedKey((await readInput(file)).toString(), file), notices: [] };
  const notice =
    "KEY TAKEN FROM THE LOG: this shows only that the log is consistent with itself. " +
    "Whoever can replace the log can replace that key; give the one you trust with --key.";
  return { trust: await readOwnKey(files), notices: [notice] };
}

export async function readInput(path: string): Promise<Buffer> {
  return await readFile(path).catch((cause: unknown) => {
    throw new AuditError("UNREADABLE", `${path} cannot be read (${systemErrorCode(cause)})`, { cause });
  });
}

export function printNotices(io: Io, notices: readonly string[]): void {
  for (const notice of notices) io.line(io.colors.yellow(notice));
}
