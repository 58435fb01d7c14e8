import type { Certificate, Certified, SshPublicKey } from "../signatures/index.ts";
import { identityKey, type SigstoreIdentity } from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { type AuthorityGrant, type Grant, grantKey } from "./trust.ts";

/** Collects what keys and identities stand for, and refuses one that is there already: whose it is would be a guess. */
export class GrantTable {
  readonly ssh: SshPublicKey[] = [];
  readonly openpgp: Certificate[] = [];
  readonly grants = new Map<string, readonly Grant[]>();
  readonly authorities = new Map<string, readonly AuthorityGrant[]>();
  readonly #origins = new Map<string, string>();

  get isEmpty(): boolean {
    return this.grants.size + this.authorities.size === 0;
  }

  addSsh(key: SshPublicKey, grant: Grant, origin: string): void {
    this.#claim(`the key ${key.fingerprint}`, origin);
    this.ssh.push(key);
    this.grants.set(grantKey("ssh", key.fingerprint), [grant]);
  }

  addOpenpgp(certificate: Certificate, grant: Grant, origin: string): void {
    const { primary, subkeys } = certificate;
    for (const { fingerprint } of [primary, ...subkeys]) this.#claim(`the key ${fingerprint}`, origin);
    this.openpgp.push(certificate);
    this.grants.set(grantKey("openpgp", primary.fingerprint), [grant]);
  }

  addSigstore(who: SigstoreIdentity, grant: Grant, origin: string): void {
    const id = identityKey(who);
    this.#claim(`the identity ${id}`, origin);
    this.grants.set(grantKey("gitsign", id), [grant]);
  }

  /** One name, to the letter, as the authority certifies it. `authority` is as a good signature names it. */
  addCertified(scheme: "ssh" | "x509", authority: string, name: string, grant: Grant, origin: string): void {
    const id = grantKey(scheme, authority);
    this.#claim(`the name ${JSON.stringify(name)} by the authority ${authority}`, origin);
    const { signer, ...rest } = grant;
    const nameSigner = ({ names }: Certified) => (names.includes(name) ? signer : undefined);
    this.authorities.set(id, [...(this.authorities.get(id) ?? []), { ...rest, nameSigner }]);
  }

  #claim(what: string, origin: string): void {
    const earlier = this.#origins.get(what);
    if (earlier !== undefined) {
      throw new TrustError("DUPLICATE_KEY", `${origin}: ${what} is given already at ${earlier}`, {
        remedy: "give each key or identity once, to one signer",
      });
    }
    this.#origins.set(what, origin);
  }
}
