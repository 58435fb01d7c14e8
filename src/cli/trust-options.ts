import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { systemErrorCode } from "../fault.ts";
import {
  compileTrust,
  type KeyFileMaterial,
  type KeyFileTrust,
  type Trust,
  TrustError,
  trustKeyFiles,
} from "../trust/index.ts";

/** Whose signatures count, as the commands under `verify` are told. */
export interface TrustOptions {
  readonly trust?: string;
  readonly allowedSigners: readonly string[];
  readonly openpgpKeys: readonly string[];
  readonly revokedKeys: readonly string[];
}

export function addTrustOptions(command: Command): Command {
  return command
    .option("--trust <file>", "the file with the TrustPolicy whose signers and rules decide")
    .option(
      "--allowed-signers <file...>",
      "instead: files as of gpg.ssh.allowedSignersFile, judged as git does",
      [],
    )
    .option(
      "--openpgp-keys <file...>",
      "instead, or as well: OpenPGP public keys, armored or binary, one or many",
      [],
    )
    .option(
      "--revoked-keys <file...>",
      "beside --allowed-signers: SSH keys that count no more, as of gpg.ssh.revocationFile",
      [],
    );
}

export async function readTrust(options: TrustOptions): Promise<KeyFileTrust> {
  const { trust, allowedSigners, openpgpKeys, revokedKeys } = options;
  const keyFiles = allowedSigners.length + openpgpKeys.length;
  const revokesNothing = revokedKeys.length > 0 && allowedSigners.length === 0;
  if ((trust === undefined) === (keyFiles === 0) || revokesNothing) {
    throw new TrustError("EMPTY_TRUST", "expected either --trust, or --allowed-signers and --openpgp-keys", {
      remedy: "there is no default trust: say whose signature counts",
    });
  }
  if (trust !== undefined) return { trust: await readTrustPolicy(trust), notices: [] };
  return await trustKeyFiles({
    allowedSigners: await Promise.all(allowedSigners.map(readKeys)),
    openpgpKeys: await Promise.all(openpgpKeys.map(readKeys)),
    revokedKeys: await Promise.all(revokedKeys.map(readKeys)),
  });
}

/** Resources come with schemas, which take a while to load, and key files do not need them. */
async function readTrustPolicy(file: string): Promise<Trust> {
  const { loadTrustPolicy } = await import("../api/index.ts");
  return await compileTrust(await loadTrustPolicy(file));
}

async function readKeys(origin: string): Promise<KeyFileMaterial> {
  const bytes = await readFile(origin).catch((cause: unknown) => {
    throw new TrustError("UNREADABLE_KEYS", `${origin} cannot be read (${systemErrorCode(cause)})`, {
      cause,
    });
  });
  return { origin, bytes };
}
