import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CommitRuleMaterial, KeyMaterial } from "../../../src/api/index.ts";
import {
  APPROVAL_NOTES_REF,
  openRepository,
  readApprovalRefs,
  readApprovals,
  readSnapshot,
} from "../../../src/git/index.ts";
import { compileTrust, type SnapshotVerdict, type Trust, verifySnapshot } from "../../../src/trust/index.ts";
import { trustMaterial } from "../commits/material.ts";
import { Sandbox } from "../commits/sandbox.ts";

/** Whose key signs: `bob-2` is Bob's second one. */
export type KeyName = "alice" | "bob" | "bob-2" | "carol" | "stranger";

export const ALL_WAYS = ["merge", "tag", "note"] as const;
export const TWO_RELEASERS = { role: "releaser", count: 2, notAuthor: true, via: ALL_WAYS } as const;
export const FOUR_EYES: readonly CommitRuleMaterial[] = [
  { paths: ["**"], signedBy: { any: [{ role: "developer" }, { role: "releaser" }] } },
  { paths: ["/prod/"], approvedBy: TWO_RELEASERS },
];

export interface TrustParts {
  readonly carol?: readonly KeyMaterial[];
  readonly fastForwardOnly?: boolean;
  /** Whose keys are in the list of those that count no more. */
  readonly revoked?: readonly KeyName[];
}

/** A bank's repository, in which real git commits, merges, tags and signs with SSH keys. */
export class Bank implements Disposable {
  readonly sandbox = new Sandbox();
  readonly start: string;

  constructor() {
    for (const name of ["alice", "bob", "bob-2", "carol", "stranger"]) {
      const args = ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", this.sandbox.path(name)];
      this.sandbox.run("ssh-keygen", args);
    }
    this.sandbox.git("config", "gpg.format", "ssh");
    this.sandbox.git("config", "tag.gpgSign", "false");
    this.start = this.commit("alice", { "prod/app.yaml": "1\n", "docs/readme": "1\n" });
  }

  git(...args: readonly string[]): string {
    return this.sandbox.git(...args);
  }

  /** Runs git as somebody, with their address and key. */
  as(who: KeyName, ...args: readonly string[]): string {
    const person = who.replace(/-\d$/, "");
    const key = ["-c", `user.signingkey=${this.sandbox.path(who)}`];
    return this.git(...key, "-c", `user.name=${person}`, "-c", `user.email=${person}@bank.example`, ...args);
  }

  /** Writes files (a null removes one), commits them signed, and gives the commit. */
  commit(who: KeyName, files: Readonly<Record<string, string | null>>, ...flags: readonly string[]): string {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.sandbox.repo, name);
      mkdirSync(dirname(path), { recursive: true });
      if (content === null) this.git("rm", "-q", name);
      else writeFileSync(path, content);
    }
    this.git("add", "-A");
    this.as(who, "commit", "-q", "-S", "--allow-empty", "-m", `by ${who}`, ...flags);
    return this.sandbox.head();
  }

  /** A branch off somewhere with one commit, and back to main. */
  branch(name: string, who: KeyName, files: Readonly<Record<string, string | null>>, from = "main"): string {
    this.git("checkout", "-q", "-b", name, from);
    const commit = this.commit(who, files);
    this.git("checkout", "-q", "main");
    return commit;
  }

  merge(who: KeyName, ...args: readonly string[]): string {
    this.as(who, "merge", "-q", "--no-ff", "-S", "-m", `merge by ${who}`, ...args);
    return this.sandbox.head();
  }

  tag(who: KeyName, name: string, commit = "HEAD"): void {
    this.as(who, "tag", "-s", "-m", "approved", name, commit);
  }

  /** The tag object that a note holds. */
  approval(who: KeyName, commit = "HEAD"): string {
    this.as(who, "tag", "-s", "-f", "-m", "approved", "sluice-approval", commit);
    const bytes = this.sandbox.run("git", ["-C", this.sandbox.repo, "cat-file", "tag", "sluice-approval"]);
    this.git("tag", "-d", "sluice-approval");
    return bytes.toString("latin1");
  }

  note(text: string, commit = "HEAD"): void {
    const file = this.sandbox.write("note", Buffer.from(text, "latin1"));
    this.git("notes", `--ref=${APPROVAL_NOTES_REF}`, "append", "-F", file, commit);
  }

  approve(who: KeyName, commit = "HEAD"): void {
    this.note(this.approval(who, commit), commit);
  }

  key(who: KeyName, window: { validBefore?: number } = {}): KeyMaterial {
    return { scheme: "ssh", line: this.#line(who), origin: who, ...window };
  }

  /** The file of a policy with four eyes on production, for the command line. */
  policy(): string {
    const ssh = (who: KeyName): string => `{ssh: "${this.#line(who)}"}`;
    const signer = (name: KeyName, role: string, ...keys: readonly KeyName[]): string =>
      `{name: ${name}, roles: [${role}], emails: [${name}@bank.example], keys: [${keys.map(ssh).join(", ")}]}`;
    return this.sandbox.write(
      "trust.yaml",
      `apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: bank}
spec:
  signers:
    - ${signer("alice", "developer", "alice")}
    - ${signer("bob", "releaser", "bob", "bob-2")}
    - ${signer("carol", "releaser", "carol")}
  history: {start: root}
  commits:
    - {paths: ["**"], signedBy: {any: [{role: developer}, {role: releaser}]}, addresses: [committer]}
    - {paths: ["/prod/**"], approvedBy: {role: releaser, count: 2}}
    - {paths: ["/keys/**"], signedBy: {any: [{signer: carol}]}}
`,
    );
  }

  async trust(
    commits: readonly CommitRuleMaterial[] = FOUR_EYES,
    { carol = [this.key("carol")], fastForwardOnly = true, revoked = [] }: TrustParts = {},
  ): Promise<Trust> {
    const emails = (name: string) => [`${name}@bank.example`];
    const base64 = (who: KeyName): string => Buffer.from(`${this.#line(who)}\n`).toString("base64");
    return await compileTrust(
      trustMaterial([], {
        signers: [
          { name: "alice", roles: ["developer"], emails: emails("alice"), keys: [this.key("alice")] },
          {
            name: "bob",
            roles: ["releaser"],
            emails: emails("bob"),
            keys: [this.key("bob"), this.key("bob-2")],
          },
          { name: "carol", roles: ["releaser"], emails: emails("carol"), keys: carol },
          { name: "dora", roles: ["releaser"], keys: [] },
        ],
        history: { start: "root", fastForwardOnly },
        commits,
        revoked: { sshKeys: revoked.map((who) => ({ origin: who, base64: base64(who) })) },
      }),
    );
  }

  /** The verdict about what `main` brings after `base`, read as a gate reads it. */
  async verify(base = this.start, trust?: Trust, now = Date.now()): Promise<SnapshotVerdict> {
    const by = trust ?? (await this.trust());
    const repository = await openRepository(this.sandbox.repo);
    try {
      const head = repository.resolveCommit("main");
      const refs = readApprovalRefs(repository, this.sandbox.repo);
      const snapshot = await readSnapshot(
        repository,
        { url: "https://git.bank.example/config.git", ref: "refs/heads/main", head, base, path: "" },
        {
          withChangedPaths: true,
          readApprovals: async (commits) => readApprovals(repository, refs, commits),
        },
      );
      if (!snapshot.ok) throw new Error(snapshot.refusals[0].message);
      return await verifySnapshot(snapshot.value, by, now);
    } finally {
      repository.close();
    }
  }

  /** What is refused, each commit by its code. */
  async refusals(base?: string, trust?: Trust, now?: number): Promise<Record<string, string>> {
    const { refusals } = await this.verify(base, trust, now);
    return Object.fromEntries(refusals.map(({ subject, code }) => [subject.replace("commit ", ""), code]));
  }

  /** What became of the approvals of a commit: `via by whom`, or the code. */
  async approvals(commit: string): Promise<string[]> {
    const { records } = await this.verify();
    const record = records.find(({ oid }) => oid === commit);
    return (record?.approvals ?? []).map(({ via, signer, code }) => `${via} ${code ?? `by ${signer}`}`);
  }

  #line(who: KeyName): string {
    return readFileSync(this.sandbox.path(`${who}.pub`), "utf8").trim();
  }

  [Symbol.dispose](): void {
    this.sandbox[Symbol.dispose]();
  }
}
