import { parseCommit } from "../../../../src/git/index.ts";
import { addSignature } from "../../commits/objects.ts";
import type { Sandbox } from "../../commits/sandbox.ts";
import { PrivateSigstore } from "../private-sigstore.ts";
import { type Expecting, Gitsign } from "./gitsign.ts";
import { IdentityProvider } from "./identity-provider.ts";
import { type Programs, SigstoreServers } from "./servers.ts";

const ALICE = "alice@bank.example";

type Whose = "bank" | "other";
type Pair<T> = Readonly<Record<Whose, T>>;

/** How a commit or a tag is signed; as Alice does it at the bank where left out. */
export interface Manner {
  readonly email?: string;
  readonly provider?: Whose;
  readonly fulcio?: Whose;
  readonly rekor?: Whose;
  readonly rekorMode?: "offline" | "online";
}

export type WorldPrograms = Programs & { readonly gitsign: string };

interface WorldParts {
  readonly gitsign: Gitsign;
  readonly sandbox: Sandbox;
  readonly providers: Pair<IdentityProvider>;
  readonly sigstores: Pair<SigstoreServers>;
}

export interface Signed {
  readonly signature: string;
  readonly payload: string;
}

/** What is put in the place of a commit; given the signature of one that was made after it. */
export type Change = (commit: Signed, later: string) => Signed;

/** Two Sigstores, two providers whom both believe, and a repository whose commits gitsign signs. */
export class GitsignWorld implements AsyncDisposable {
  readonly gitsign: Gitsign;
  /** Oids by what was done. */
  readonly made = new Map<string, string>();
  readonly #sandbox: Sandbox;
  readonly #providers: Pair<IdentityProvider>;
  readonly #sigstores: Pair<SigstoreServers>;

  private constructor({ gitsign, sandbox, providers, sigstores }: WorldParts) {
    this.gitsign = gitsign;
    this.#sandbox = sandbox;
    this.#providers = providers;
    this.#sigstores = sigstores;
  }

  /** With keys of the bank's Sigstore that others may have too. */
  static async start(
    programs: WorldPrograms,
    sandbox: Sandbox,
    bank = new PrivateSigstore(),
  ): Promise<GitsignWorld> {
    const world = new GitsignWorld({
      sandbox,
      gitsign: new Gitsign(sandbox, programs.gitsign),
      providers: { bank: new IdentityProvider(), other: new IdentityProvider() },
      sigstores: {
        bank: new SigstoreServers(programs, await bank.keys()),
        other: new SigstoreServers(programs, await new PrivateSigstore().keys()),
      },
    });
    try {
      await world.#start();
    } catch (error) {
      await world[Symbol.asyncDispose]();
      throw error;
    }
    return world;
  }

  async #start(): Promise<void> {
    const providers = Object.values(this.#providers);
    await Promise.all([this.gitsign.start(), ...providers.map((each) => each.start())]);
    const issuers = providers.map(({ issuer }) => issuer);
    await Promise.all(Object.values(this.#sigstores).map((each) => each.start(issuers)));
  }

  /** Alice, by the bank's provider, in the bank's Sigstore. */
  get alice(): Expecting {
    const { rootJson, rekor } = this.#sigstores.bank;
    return { identity: ALICE, issuer: this.#providers.bank.issuer, rootJson, rekor };
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
    this.made.set(what, this.#sandbox.head());
  }

  async tag(name: string, manner: Manner = {}): Promise<void> {
    await this.#git(manner, "tag", "-s", "-m", "a tag", name);
  }

  /** A good commit, and in its place what became of it. */
  async changed(what: string, change: Change): Promise<void> {
    await this.commit(what);
    await this.commit("later");
    const { signature, payload } = change(this.signed(what), this.signed("later").signature);
    this.made.set(what, this.#sandbox.commitRaw(addSignature(Buffer.from(payload), signature)));
  }

  /** Whether gitsign accepts it, with Alice expected where nobody else is said. */
  accepts(command: "verify" | "verify-tag", revision: string, expecting = this.alice): Promise<boolean> {
    return this.gitsign.accepts(command, revision, expecting);
  }

  oid(what: string): string {
    return this.made.get(what) ?? "";
  }

  signed(what: string): Signed {
    const commit = parseCommit(this.#sandbox.commitBytes(this.oid(what)));
    if (!commit.ok || commit.value.signature === undefined) throw new Error(`${what} is not a signed commit`);
    return { signature: commit.value.signature, payload: Buffer.from(commit.value.payload).toString() };
  }

  #git(manner: Manner, ...args: readonly string[]): Promise<void> {
    const { email = ALICE, provider = "bank", rekorMode = "offline" } = manner;
    const { fulcio } = this.#sigstores[manner.fulcio ?? "bank"];
    const { rekor, rootJson } = this.#sigstores[manner.rekor ?? "bank"];
    const token = this.#providers[provider].token(email);
    return this.gitsign.git({ fulcio, rekor, rootJson, token, rekorMode }, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const parts = [this.gitsign, ...Object.values(this.#providers), ...Object.values(this.#sigstores)];
    await Promise.all(parts.map((each) => each[Symbol.asyncDispose]()));
  }
}
