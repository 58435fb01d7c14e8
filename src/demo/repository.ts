import * as fs from "node:fs";
import git from "isomorphic-git";

/** Who makes a commit in the demo, and how it is signed; `sign` absent means that the commit is not. */
export interface Committer {
  readonly name: string;
  readonly email: string;
  sign?(payload: Uint8Array): string | Promise<string>;
}

/** Path to content: the whole tree of a commit. */
export type Tree = ReadonlyMap<string, string>;

/** A bare repository that the demo writes real commits to, without a git configuration, hook or agent. */
export class DemoRepository {
  readonly gitdir: string;

  private constructor(gitdir: string) {
    this.gitdir = gitdir;
  }

  static async create(gitdir: string): Promise<DemoRepository> {
    await git.init({ fs, gitdir, bare: true, defaultBranch: "main" });
    return new DemoRepository(gitdir);
  }

  /** Writes a commit object, signed as git signs: the `gpgsig` header goes before the blank line. A merge has further parents. */
  async commit(
    by: Committer,
    message: string,
    tree: Tree,
    ...parents: readonly (string | undefined)[]
  ): Promise<string> {
    return await this.commitTree(by, message, await this.#writeTree(tree), ...parents);
  }

  /** The same with a tree that is there already. */
  async commitTree(
    by: Committer,
    message: string,
    tree: string,
    ...parents: readonly (string | undefined)[]
  ): Promise<string> {
    const identity = `${by.name} <${by.email}> ${Math.floor(Date.now() / 1000)} +0000`;
    const headers = [
      `tree ${tree}`,
      ...parents.flatMap((oid) => (oid === undefined ? [] : [`parent ${oid}`])),
      `author ${identity}`,
      `committer ${identity}`,
    ].join("\n");
    const payload = Buffer.from(`${headers}\n\n${message}\n`);
    const armored = await by.sign?.(payload);
    const signature = armored?.trimEnd().replaceAll("\n", "\n ");
    const object =
      signature === undefined ? payload : Buffer.from(`${headers}\ngpgsig ${signature}\n\n${message}\n`);
    return git.writeObject({ fs, gitdir: this.gitdir, type: "commit", format: "content", object });
  }

  /** Moves `main`, as a push (or a forced push) would. */
  async push(oid: string): Promise<void> {
    await git.writeRef({ fs, gitdir: this.gitdir, ref: "refs/heads/main", value: oid, force: true });
  }

  async #writeTree(files: Tree): Promise<string> {
    const folders = Map.groupBy(files, ([path]) => path.split("/", 1)[0] ?? path);
    const entries = await Promise.all(
      [...folders].map(async ([name, below]) => {
        const direct = below.find(([path]) => path === name);
        if (direct !== undefined) {
          const blob = Buffer.from(direct[1]);
          const oid = await git.writeBlob({ fs, gitdir: this.gitdir, blob });
          return { mode: "100644", path: name, oid, type: "blob" as const };
        }
        const inside = new Map(below.map(([path, text]) => [path.slice(name.length + 1), text]));
        return { mode: "040000", path: name, oid: await this.#writeTree(inside), type: "tree" as const };
      }),
    );
    return git.writeTree({ fs, gitdir: this.gitdir, tree: entries });
  }
}
