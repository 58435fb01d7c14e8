import type { KeyMaterial, SignerMaterial, TrustMaterial } from "../api/index.ts";
import {
  buildOpenpgpKeyring,
  buildSshKeyring,
  type Certificate,
  parseSshKeyLine,
  readKeyFile,
  type SshPublicKey,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { compileRules } from "./rules.ts";
import { ALWAYS, type Grant, grantKey, type Trust } from "./trust.ts";

/** Imports every key of a TrustPolicy; throws {@link TrustError} that names where a key is that cannot count. */
export async function compileTrust(material: TrustMaterial): Promise<Trust> {
  const keys = new KeyTable();
  for (const signer of material.signers) {
    for (const key of signer.keys) {
      const grant = toGrant(signer, key);
      if (key.scheme === "ssh") keys.addSsh(readSshKey(key.line, key.origin), grant, key.origin);
      else keys.addOpenpgp(await readCertificateOf(key.armored, key.origin), grant, key.origin);
    }
  }
  if (keys.grants.size === 0) {
    throw new TrustError("EMPTY_TRUST", `the trust policy ${material.name} names no key`, {
      remedy: "add signers with keys: empty trust would let nobody in, and is never what was meant",
    });
  }
  return {
    keyring: { ssh: buildSshKeyring({ keys: keys.ssh }), openpgp: buildOpenpgpKeyring(keys.certificates) },
    grants: keys.grants,
    authorities: new Map(),
    rules: compileRules(material.commits),
    fastForwardOnly: material.history.fastForwardOnly,
    clock: "gate",
  };
}

/** Collects keys, and refuses one that is there already: whom it stands for would be a guess. */
class KeyTable {
  readonly ssh: SshPublicKey[] = [];
  readonly certificates: Certificate[] = [];
  readonly grants = new Map<string, readonly Grant[]>();
  readonly #origins = new Map<string, string>();

  addSsh(key: SshPublicKey, grant: Grant, origin: string): void {
    this.#claim(key.fingerprint, origin);
    this.ssh.push(key);
    this.grants.set(grantKey("ssh", key.fingerprint), [grant]);
  }

  addOpenpgp(certificate: Certificate, grant: Grant, origin: string): void {
    const { primary, subkeys } = certificate;
    for (const { fingerprint } of [primary, ...subkeys]) this.#claim(fingerprint, origin);
    this.certificates.push(certificate);
    this.grants.set(grantKey("openpgp", primary.fingerprint), [grant]);
  }

  #claim(fingerprint: string, origin: string): void {
    const earlier = this.#origins.get(fingerprint);
    if (earlier !== undefined) {
      throw new TrustError(
        "DUPLICATE_KEY",
        `${origin}: the key ${fingerprint} is given already at ${earlier}`,
        {
          remedy: "give each key once, to one signer",
        },
      );
    }
    this.#origins.set(fingerprint, origin);
  }
}

function toGrant({ name, roles }: SignerMaterial, key: KeyMaterial): Grant {
  const { validAfter = ALWAYS.validAfter, validBefore = ALWAYS.validBefore } = key;
  if (validAfter >= validBefore) {
    throw new TrustError("INVALID_KEY", `${key.origin}: validBefore is not after validAfter`, {
      remedy: "a key must be valid at some time; remove one that is not",
    });
  }
  return { signer: name, roles, validAfter, validBefore };
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
