import { buildOpenpgpKeyring, buildSshKeyring, type Certificate, readKeyFile } from "../signatures/index.ts";
import {
  authorityGrants,
  type KeyFileMaterial,
  readAllowedSigners,
  readRevokedKeys,
  signerGrants,
} from "./allowed-signers.ts";
import { TrustError } from "./error.ts";
import { compileRules } from "./rules.ts";
import { type Grant, grantKey, type Trust } from "./trust.ts";
import { ALWAYS } from "./window.ts";

/** What git itself would be given: `gpg.ssh.allowedSignersFile` and `gpg.ssh.revocationFile`, and a gpg keyring. */
export interface KeyFiles {
  readonly allowedSigners: readonly KeyFileMaterial[];
  readonly revokedKeys?: readonly KeyFileMaterial[];
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
  const authorities = ssh.flatMap((each) => each.authorities);
  const certificates = openpgp.flatMap((each) => each.certificates);
  if (signers.length + authorities.length + certificates.length === 0) {
    throw new TrustError("EMPTY_TRUST", "the files hold no key that could vouch for a commit", {
      remedy: "check that the files are the ones you meant",
    });
  }
  return {
    trust: {
      keyring: {
        ssh: buildSshKeyring({
          keys: signers.map(({ key }) => key),
          authorities: authorities.map(({ key }) => key),
          revoked: (files.revokedKeys ?? []).map(readRevokedKeys),
        }),
        openpgp: buildOpenpgpKeyring(certificates),
        x509: [],
        sigstore: undefined,
      },
      grants: groupGrants([...signerGrants(signers, [ROLE]), ...certificates.map(certificateGrant)]),
      authorities: authorityGrants(authorities, [ROLE]),
      rules: compileRules([{ paths: ["**"], signedBy: { role: ROLE } }]),
      fastForwardOnly: false,
      clock: "git",
    },
    notices: [...ssh, ...openpgp].flatMap(({ notices }) => notices),
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

function certificateGrant({ primary, userIds }: Certificate): readonly [id: string, grant: Grant] {
  const signer = userIds[0] ?? primary.fingerprint;
  return [grantKey("openpgp", primary.fingerprint), { signer, roles: [ROLE], ...ALWAYS }];
}

function groupGrants(
  entries: readonly (readonly [id: string, grant: Grant])[],
): ReadonlyMap<string, readonly Grant[]> {
  const grouped = Map.groupBy(entries, ([id]) => id);
  return new Map([...grouped].map(([id, group]) => [id, group.map(([, grant]) => grant)]));
}
