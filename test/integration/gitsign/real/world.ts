import { parseCommit } from "../../../../src/git/index.ts";
import { addSignature } from "../../commits/objects.ts";
import { Sandbox } from "../../commits/sandbox.ts";
import { type Expecting, Gitsign } from "./gitsign.ts";
import { IdentityProvider } from "./identity-provider.ts";
import { type Programs, SigstoreServers } from "./servers.ts";

/** How a commit or a tag is signed; as Alice does it at the bank where left out. */
export interface Manner {
  readonly email?: string;
  readonly provider?: "bank" | "other";
  readonly fulcio?: "bank" | "other";
  readonly rekor?: "bank" | "other";
  readonly rekorMode?: "offline" | "online";
}

export interface Signed {
  readonly signature: string;
  readonly payload: string;
}

/** What is put in the place of a commit; given the signature of one that was made after it. */
export type Change = (commit: Signed, later: string) => Signed;

/** Two Sigstores, two providers whom both believe, and a repository whose commits gitsign signs. */
export class GitsignWorld implements AsyncDisposable {
  readonly sandbox = new Sandbox();
  readonly gitsign: Gitsign;
  readonly #providers = { bank: new IdentityProvider(), other: new IdentityProvider() };
  readonly #sigstores: Readonly<Record<"bank" | "other", SigstoreServers>>;
  /** Oids by what was done. */
  readonly made = new Map<string, string>();

  constructor(programs: Programs & { readonly gitsign: string }) {
    this.gitsign = new Gitsign(this.sandbox, programs.gitsign);
    this.#sigstores = { bank: new SigstoreServers(programs), other: new SigstoreServers(programs) };
  }

  async start(): Promise<void> {
    const providers = Object.values(this.#providers);
    await Promise.all([this.gitsign.start(), ...providers.map((each) => each.start())]);
    const issuers = providers.map(({ issuer }) => issuer);
    await Promise.all(Object.values(this.#sigstores).map((each) => each.start(issuers)));
  }

  /** Alice, by the bank's provider, in the bank's Sigstore. */
  get alice(): Expecting {
    const { rootJson, rekor } = this.#sigstores.bank;
    return { identity: "alice@bank.example", issuer: this.#providers.bank.issuer, rootJson, rekor };
  }

  get otherIssuer(): string {
    return this.#providers.other.issuer;
  }

  /** Of the other Sigstore. */
  get otherRootJson(): string {
    return this.#sigstores.other.rootJson;
  }

  async commit(what: string, manner: Manner = {}): Promise<void> {
    await this.#git(manner, "commit", "-q", "--allow-empty", "-S", "-m", what);
    this.made.set(what, this.sandbox.head());
  }

  async tag(name: string, manner: Manner = {}): Promise<void> {
    await this.#git(manner, "tag", "-s", "-m", "a tag", name);
  }

  /** What became of a tag, under another name. */
  changedTag(name: string, newName: string, change: (object: string) => string): void {
    const input = `${change(this.sandbox.git("cat-file", "tag", name))}\n`;
    const oid = this.sandbox.gitWith({ input }, "hash-object", "-t", "tag", "-w", "--stdin");
    this.sandbox.git("update-ref", `refs/tags/${newName}`, oid);
  }

  /** A good commit, and in its place what became of it. */
  async changed(what: string, change: Change): Promise<void> {
    await this.commit(what);
    await this.commit("later");
    const { signature, payload } = change(this.signed(what), this.signed("later").signature);
    this.made.set(what, this.sandbox.commitRaw(addSignature(Buffer.from(payload), signature)));
  }

  oid(what: string): string {
    return this.made.get(what) ?? "";
  }

  signed(what: string): Signed {
    const commit = parseCommit(this.sandbox.commitBytes(this.oid(what)));
    if (!commit.ok || commit.value.signature === undefined) throw new Error(`${what} is not a signed commit`);
    return { signature: commit.value.signature, payload: Buffer.from(commit.value.payload).toString() };
  }

  #git(manner: Manner, ...args: readonly string[]): Promise<void> {
    const { email = "alice@bank.example", provider = "bank", rekorMode = "offline" } = manner;
    const { fulcio, rekor, rootJson } = {
      fulcio: this.#sigstores[manner.fulcio ?? "bank"].fulcio,
      rekor: this.#sigstores[manner.rekor ?? "bank"].rekor,
      rootJson: this.#sigstores[manner.rekor ?? "bank"].rootJson,
    };
    const token = this.#providers[provider].token(email);
    return this.gitsign.git({ fulcio, rekor, rootJson, token, rekorMode }, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const parts = [this.gitsign, ...Object.values(this.#providers), ...Object.values(this.#sigstores)];
    await Promise.all(parts.map((each) => each[Symbol.asyncDispose]()));
    this.sandbox[Symbol.dispose]();
  }
}
