import {
  type Certificate,
  type Certified,
  identityKey,
  type SigstoreIdentity,
  type SshPublicKey,
} from "../signatures/index.ts";
import { TrustError } from "./error.ts";
import { type AuthorityGrants, type Grant, grantKey } from "./trust.ts";

/** By the names that one authority certifies. */
class NamedGrants implements AuthorityGrants {
  readonly #byName = new Map<string, Grant>();

  add(name: string, grant: Grant): this {
    this.#byName.set(name, grant);
    return this;
  }

  grantsOf({ names }: Certified): readonly Grant[] {
    return names.map((name) => this.#byName.get(name)).filter((grant) => grant !== undefined);
  }
}

/** Collects what keys and identities stand for, and refuses one that is there already: whose it is would be a guess. */
export class GrantTable {
  readonly ssh: SshPublicKey[] = [];
  readonly openpgp: Certificate[] = [];
  readonly grants = new Map<string, readonly Grant[]>();
  readonly authorities = new Map<string, NamedGrants>();
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
    const named = this.authorities.get(id) ?? new NamedGrants();
    this.authorities.set(id, named.add(name, grant));
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
