import {
  type AllowedSigner,
  buildOpenpgpKeyring,
  type Certificate,
  parseAllowedSigners,
  readKeyFile,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { compileRules } from "./rules.ts";
import { ALWAYS, type Grant, grantKey, type Trust } from "./trust.ts";

export interface KeyFileMaterial {
  /** The file's name, for messages. */
  readonly origin: string;
  readonly bytes: Uint8Array;
}

/** What git itself would be given: `gpg.ssh.allowedSignersFile`, and a gpg keyring. */
export interface KeyFiles {
  readonly allowedSigners: readonly KeyFileMaterial[];
  readonly openpgpKeys: readonly KeyFileMaterial[];
}

export interface KeyFileTrust {
  readonly trust: Trust;
  /** Entries that were passed over, each with its place and the reason. */
  readonly notices: readonly string[];
}

/** All keys are equal in such files. */
const ROLE = "signer";

/**
 * Trust as git has it: every key in the files vouches for every commit, whatever it changes. Windows in
 * `allowed_signers` are judged at the commit's own time, OpenPGP keys as gpg judges them.
 */
export async function trustKeyFiles(files: KeyFiles): Promise<KeyFileTrust> {
  const ssh = files.allowedSigners.map(readAllowedSigners);
  const openpgp = await Promise.all(files.openpgpKeys.map(readCertificates));
  const signers = ssh.flatMap((each) => each.signers);
  const certificates = openpgp.flatMap((each) => each.certificates);
  if (signers.length + certificates.length === 0) {
    throw new TrustError("EMPTY_TRUST", "the files hold no key that could vouch for a commit", {
      remedy: "check that the files are the ones you meant",
    });
  }
  return {
    trust: {
      keyring: {
        ssh: new Map(signers.map(({ key }) => [key.fingerprint, key])),
        openpgp: buildOpenpgpKeyring(certificates),
      },
      grants: toGrants(signers, certificates),
      rules: compileRules([{ paths: ["**"], signedBy: { role: ROLE } }]),
      fastForwardOnly: false,
      clock: "git",
    },
    notices: [...ssh, ...openpgp].flatMap(({ notices }) => notices),
  };
}

interface ReadSigners {
  readonly signers: readonly AllowedSigner[];
  readonly notices: readonly string[];
}

function readAllowedSigners({ origin, bytes }: KeyFileMaterial): ReadSigners {
  const parsed = parseAllowedSigners(Buffer.from(bytes).toString("utf8"));
  if (!parsed.ok) {
    const problems = parsed.refusals.map(({ message }) => `${origin}, ${message}`);
    throw new TrustError("INVALID_KEY", problems.join("\n"), { remedy: parsed.refusals[0].remedy });
  }
  const { signers, skipped } = parsed.value;
  return {
    signers,
    notices: skipped.map(({ line, reason }) => `${origin}, line ${line}: passed over: ${reason}`),
  };
}

interface ReadCertificates {
  readonly certificates: readonly Certificate[];
  readonly notices: readonly string[];
}

async function readCertificates({ origin, bytes }: KeyFileMaterial): Promise<ReadCertificates> {
  const { certificates, unreadable, problem } = await readKeyFile(bytes);
  if (problem === "PRIVATE_KEY") {
    throw new TrustError("INVALID_KEY", `${origin}: holds a private key`, {
      remedy: "give public keys (`gpg --export`), and keep private ones to their owners",
    });
  }
  if (problem === "NOT_A_KEY") {
    throw new TrustError("INVALID_KEY", `${origin}: holds no OpenPGP public key, or a damaged one`, {
      remedy: "export the keys: `gpg --armor --export > keys.asc` (a keybox `.kbx` is not an export)",
    });
  }
  return {
    certificates,
    notices: unreadable.map((reason) => `${origin}: a key was passed over: ${reason}`),
  };
}

function toGrants(
  signers: readonly AllowedSigner[],
  certificates: readonly Certificate[],
): ReadonlyMap<string, readonly Grant[]> {
  const entries = [
    ...signers.map(({ key, principal, validAfter, validBefore }) => ({
      id: grantKey("ssh", key.fingerprint),
      grant: {
        signer: principal,
        roles: [ROLE],
        validAfter: validAfter ?? ALWAYS.validAfter,
        validBefore: validBefore ?? ALWAYS.validBefore,
      },
    })),
    ...certificates.map(({ primary, userIds }) => ({
      id: grantKey("openpgp", primary.fingerprint),
      grant: { signer: userIds[0] ?? primary.fingerprint, roles: [ROLE], ...ALWAYS },
    })),
  ];
  const grouped = Map.groupBy(entries, ({ id }) => id);
  return new Map([...grouped].map(([id, group]) => [id, group.map(({ grant }) => grant)]));
}
