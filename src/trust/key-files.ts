import { buildOpenpgpKeyring, buildSshKeyring, type Certificate, readKeyFile } from "../signatures/index.ts";
import { authorityGrants, readAllowedSigners, readRevokedKeys, signerGrants } from "./allowed-signers.ts";
import {
  identityGrants,
  readTrustedRoot,
  readX509Files,
  type SigstoreFiles,
  type X509Files,
  x509Grants,
} from "./cms-files.ts";
import { TrustError } from "./error.ts";
import type { KeyFileMaterial } from "./key-file.ts";
import { People } from "./people.ts";
import { compileRules } from "./rules.ts";
import { type Grant, grantKey, type Trust } from "./trust.ts";
import { ALWAYS } from "./window.ts";

/** What git, gpg, gpgsm and gitsign themselves would be given. */
export interface KeyFiles {
  /** Of `gpg.ssh.allowedSignersFile`. */
  readonly allowedSigners: readonly KeyFileMaterial[];
  /** Of `gpg.ssh.revocationFile`. */
  readonly revokedKeys?: readonly KeyFileMaterial[];
  readonly openpgpKeys: readonly KeyFileMaterial[];
  readonly x509?: X509Files;
  readonly sigstore?: SigstoreFiles;
}

export interface KeyFileTrust {
  readonly trust: Trust;
  /** Entries that were passed over, each with its place and the reason. */
  readonly notices: readonly string[];
}

/** All keys are equal in such files. */
const ROLE = "signer";
/** Whoever has a key; such files give nobody a name that rules could ask for. */
const ANYBODY = new People([{ name: "", roles: [ROLE], emails: [] }]);

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
  const x509 = files.x509 === undefined ? [] : readX509Files(files.x509);
  const identities = files.sigstore?.identities ?? [];
  if ([signers, authorities, certificates, x509, identities].every(({ length }) => length === 0)) {
    throw new TrustError("EMPTY_TRUST", "the files hold no key that could vouch for a commit", {
      remedy: "check that the files are the ones you meant",
    });
  }
  const grants = [
    ...signerGrants(signers, [ROLE]),
    ...certificates.map(certificateGrant),
    ...identityGrants(identities, [ROLE]),
  ];
  return {
    trust: {
      keyring: {
        ssh: buildSshKeyring({
          keys: signers.map(({ key }) => key),
          authorities: authorities.map(({ key }) => key),
          revoked: (files.revokedKeys ?? []).map(readRevokedKeys),
        }),
        openpgp: buildOpenpgpKeyring(certificates),
        x509,
        sigstore: files.sigstore && (await readTrustedRoot(files.sigstore)),
      },
      grants: groupGrants(grants),
      authorities: new Map([...authorityGrants(authorities, [ROLE]), ...x509Grants(x509, [ROLE])]),
      rules: compileRules([{ paths: ["**"], signedBy: { role: ROLE } }], ANYBODY),
      people: ANYBODY,
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
