import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { systemErrorCode } from "../fault.ts";
import {
  compileTrust,
  type KeyFileMaterial,
  type KeyFiles,
  type KeyFileTrust,
  type SigstoreFiles,
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
  readonly x509Roots: readonly string[];
  readonly x509Crls: readonly string[];
  readonly sigstoreTrustedRoot?: string;
  readonly certificateIdentity: readonly string[];
  readonly certificateOidcIssuer: readonly string[];
}

const MANY = [
  ["--allowed-signers <file...>", "instead: files as of gpg.ssh.allowedSignersFile, judged as git does"],
  ["--revoked-keys <file...>", "beside them: SSH keys that count no more, as of gpg.ssh.revocationFile"],
  ["--openpgp-keys <file...>", "instead, or as well: OpenPGP public keys, armored or binary, one or many"],
  [
    "--x509-roots <file...>",
    "instead, or as well: certificates of the authorities of gpgsm's signers, in PEM",
  ],
  ["--x509-crls <file...>", "beside them: revocation lists of these authorities, in PEM"],
  [
    "--certificate-identity <identity...>",
    "beside a Sigstore's root: who may have signed with gitsign; exact",
  ],
  [
    "--certificate-oidc-issuer <url...>",
    "as many: the provider that vouches for each identity, in their order",
  ],
] as const;

export function addTrustOptions(command: Command): Command {
  command
    .option("--trust <file>", "the file with the TrustPolicy whose signers and rules decide")
    .option(
      "--sigstore-trusted-root <file>",
      "instead, or as well: the trusted_root.json of gitsign's signers",
    );
  for (const [flags, description] of MANY) command.option(flags, description, []);
  return command;
}

export async function readTrust(options: TrustOptions): Promise<KeyFileTrust> {
  const { trust } = options;
  requireOneTrust(options);
  if (trust !== undefined) return { trust: await readTrustPolicy(trust), notices: [] };
  return await trustKeyFiles(await readKeyFiles(options));
}

function requireOneTrust(options: TrustOptions): void {
  const { trust, allowedSigners, openpgpKeys, x509Roots, sigstoreTrustedRoot } = options;
  const hasFiles =
    [allowedSigners, openpgpKeys, x509Roots].some(isGiven) || sigstoreTrustedRoot !== undefined;
  if ((trust === undefined) !== hasFiles) {
    throw new TrustError("EMPTY_TRUST", "expected either --trust, or files with keys or roots", {
      remedy:
        "there is no default trust: say whose signature counts (--allowed-signers, --openpgp-keys, --x509-roots, --sigstore-trusted-root)",
    });
  }
  const { revokedKeys, x509Crls } = options;
  if (isGiven(revokedKeys) && !isGiven(allowedSigners)) throw alone("--revoked-keys", "--allowed-signers");
  if (isGiven(x509Crls) && !isGiven(x509Roots)) throw alone("--x509-crls", "--x509-roots");
}

function isGiven(values: readonly string[]): boolean {
  return values.length > 0;
}

function alone(option: string, beside: string): TrustError {
  return new TrustError(
    "EMPTY_TRUST",
    `${option} takes trust away, and means something beside ${beside} only`,
  );
}

async function readKeyFiles(options: TrustOptions): Promise<KeyFiles> {
  const sigstore = await readSigstore(options);
  return {
    allowedSigners: await Promise.all(options.allowedSigners.map(readKeys)),
    openpgpKeys: await Promise.all(options.openpgpKeys.map(readKeys)),
    revokedKeys: await Promise.all(options.revokedKeys.map(readKeys)),
    x509: {
      roots: await Promise.all(options.x509Roots.map(readKeys)),
      revocationLists: await Promise.all(options.x509Crls.map(readKeys)),
    },
    ...(sigstore !== undefined && { sigstore }),
  };
}

/** An identity counts by the word of one provider: nobody is asked whether they meant any. */
async function readSigstore(options: TrustOptions): Promise<SigstoreFiles | undefined> {
  const { sigstoreTrustedRoot, certificateIdentity, certificateOidcIssuer } = options;
  const isWhole = sigstoreTrustedRoot !== undefined && isGiven(certificateIdentity);
  const isNothing = sigstoreTrustedRoot === undefined && !isGiven(certificateIdentity);
  if (certificateIdentity.length !== certificateOidcIssuer.length || !(isWhole || isNothing)) {
    throw new TrustError(
      "EMPTY_TRUST",
      "--sigstore-trusted-root asks for --certificate-identity and as many --certificate-oidc-issuer",
      { remedy: "say who may have signed, and which provider vouches for each of them" },
    );
  }
  if (sigstoreTrustedRoot === undefined) return undefined;
  return {
    trustedRoot: await readKeys(sigstoreTrustedRoot),
    identities: certificateIdentity.map((identity, index) => ({
      identity,
      issuer: certificateOidcIssuer[index] ?? "",
    })),
  };
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
