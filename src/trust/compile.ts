import type { KeyMaterial, SignerMaterial, TrustMaterial } from "../api/index.ts";
import {
  buildOpenpgpKeyring,
  buildSshKeyring,
  type Certificate,
  parseSshKeyLine,
  readKeyFile,
  type SshPublicKey,
} from "../signatures/index.ts";
import { readRevokedKeys } from "./allowed-signers.ts";
import { type Authorities, readAuthorities } from "./authorities.ts";
import { TrustError } from "./error.ts";
import { GrantTable } from "./grant-table.ts";
import type { ResetRule } from "./judge-resets.ts";
import { People } from "./people.ts";
import { compileRules } from "./rules.ts";
import type { Grant, Trust } from "./trust.ts";
import { intersect, readWindow } from "./window.ts";

/**
 * Imports every key and every authority of a TrustPolicy; throws {@link TrustError} that names where one is that
 * cannot count.
 */
export async function compileTrust(material: TrustMaterial): Promise<Trust> {
  const authorities = await readAuthorities(material.authorities);
  const table = new GrantTable();
  for (const signer of material.signers) {
    for (const key of signer.keys) await addKey(table, key, toGrant(signer, key), authorities);
  }
  if (table.isEmpty) {
    throw new TrustError("EMPTY_TRUST", `the trust policy ${material.name} names no key`, {
      remedy: "add signers with keys: empty trust would let nobody in, and is never what was meant",
    });
  }
  const people = new People(
    material.signers.map(({ name, roles, emails = [] }) => ({ name, roles, emails })),
  );
  return {
    keyring: {
      ssh: buildSshKeyring({
        keys: table.ssh,
        authorities: [...authorities.ssh.values()].map(({ key }) => key),
        revoked: material.revoked.sshKeys.map(({ origin, base64 }) =>
          readRevokedKeys({ origin, bytes: Buffer.from(base64, "base64") }),
        ),
      }),
      openpgp: buildOpenpgpKeyring(table.openpgp),
      x509: [...authorities.x509.values()],
      sigstore: authorities.sigstore,
    },
    grants: table.grants,
    authorities: table.authorities,
    rules: compileRules(material.commits, people),
    people,
    fastForwardOnly: material.history.fastForwardOnly,
    reset: compileReset(material),
    clock: "gate",
  };
}

/** A reset that nobody could ever make is a mistake, and found when it is needed. */
function compileReset({ history, signers }: TrustMaterial): ResetRule | undefined {
  const { reset } = history;
  const able = signers.filter(({ roles }) => reset !== undefined && roles.includes(reset.role));
  if (reset === undefined || able.length >= reset.count) return reset;
  throw new TrustError(
    "INVALID_RULE",
    `history.reset asks for ${reset.count} with the role ${reset.role}; ${able.length} have it`,
    { remedy: "give the role to enough signers, or leave `history.reset` out" },
  );
}

async function addKey(
  table: GrantTable,
  key: KeyMaterial,
  grant: Grant,
  authorities: Authorities,
): Promise<void> {
  const { origin } = key;
  switch (key.scheme) {
    case "ssh":
      return table.addSsh(readSshKey(key.line, origin), grant, origin);
    case "openpgp":
      return table.addOpenpgp(await readCertificateOf(key.armored, origin), grant, origin);
    case "sigstore":
      if (authorities.sigstore === undefined) throw unknownAuthority(origin, "sigstore");
      return table.addSigstore(key, grant, origin);
    case "x509":
      if (!authorities.x509.has(key.authority)) throw unknownAuthority(origin, `x509 ${key.authority}`);
      return table.addCertified("x509", key.authority, key.email, grant, origin);
    case "sshCertificate": {
      const authority = authorities.ssh.get(key.authority);
      if (authority === undefined) throw unknownAuthority(origin, `sshCertificates ${key.authority}`);
      const within = { ...grant, ...intersect(grant, authority) };
      return table.addCertified("ssh", authority.key.fingerprint, key.principal, within, origin);
    }
  }
}

function unknownAuthority(origin: string, which: string): TrustError {
  return new TrustError("UNKNOWN_AUTHORITY", `${origin}: there is no ${which} among the authorities`, {
    remedy: "name an authority of the same policy, or add it to `authorities`",
  });
}

function toGrant({ name, roles }: SignerMaterial, key: KeyMaterial): Grant {
  return { signer: name, roles, ...readWindow(key) };
}

function readSshKey(line: string, origin: string): SshPublicKey {
  const key = parseSshKeyLine(line);
  if (key.ok) return key.value;
  const [{ message, remedy }] = key.refusals;
  throw new TrustError("INVALID_KEY", `${origin}: ${message}`, { remedy });
}

/** Exactly one certificate: a file with several would hand one signer's roles to somebody else. */
async function readCertificateOf(armored: string, origin: string): Promise<Certificate> {
  const { certificates, unreadable, problem } = await readKeyFile(Buffer.from(armored));
  const [certificate, another] = certificates;
  if (problem === "PRIVATE_KEY") {
    throw new TrustError("INVALID_KEY", `${origin}: holds a private key`, {
      remedy: "give the public key (`gpg --armor --export`), and keep the private one to its owner",
    });
  }
  if (certificate === undefined || another !== undefined || unreadable.length > 0) {
    const found = problem === undefined ? `${certificates.length + unreadable.length} keys` : "no key";
    throw new TrustError("INVALID_KEY", `${origin}: ${found}, expected one OpenPGP public key`, {
      remedy: "export one key: `gpg --armor --export FINGERPRINT`",
    });
  }
  const { weakness, fingerprint, subjects } = certificate.primary;
  const mute = subjects.every(({ statements }) => statements.length === 0);
  if (weakness !== undefined || mute) {
    const reason = weakness?.message ?? "it has no self-signature that is valid and strong enough";
    throw new TrustError("INVALID_KEY", `${origin}: the key ${fingerprint} can never count: ${reason}`, {
      remedy: "make a new key, or renew an old one's self-signature (`gpg --quick-set-expire`)",
    });
  }
  return certificate;
}
