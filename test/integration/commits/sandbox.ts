import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRepository, type RawCommit, streamRange } from "../../../src/git/index.ts";
import { type Finished, finish } from "../../support/cli.ts";

interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * A folder with a repository, in which real git, ssh-keygen and gpg run with no configuration but what
 * a test gives them. Its path is short: gpg-agent's sockets lie in it.
 */
export class Sandbox implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "sl-"));
  readonly repo = join(this.dir, "r");
  readonly gpgHome = join(this.dir, "g");

  constructor() {
    mkdirSync(this.gpgHome, { mode: 0o700 });
    this.run("git", ["init", "-q", "-b", "main", this.repo]);
    this.git("config", "user.name", "Alice");
    this.git("config", "user.email", "alice@bank.example");
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  write(name: string, content: string | Uint8Array, mode = 0o644): string {
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), mode);
    return this.path(name);
  }

  run(program: string, args: readonly string[], { input, env }: RunOptions = {}): Buffer {
    return execFileSync(program, args, {
      cwd: this.dir,
      ...(input === undefined ? {} : { input }),
      stdio: ["pipe", "pipe", "pipe"],
      env: this.#environment(env),
    });
  }

  /** As {@link run} in the repository, for a program that asks servers of this process; its failure is an answer. */
  async runBeside(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
    const stdio = ["ignore", "pipe", "pipe"] as const;
    return finish(spawn(program, args, { cwd: this.repo, stdio: [...stdio], env: this.#environment(env) }));
  }

  #environment(env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      TZ: process.env.TZ,
      HOME: this.dir,
      GNUPGHOME: this.gpgHome,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      ...env,
    };
  }

  git(...args: readonly string[]): string {
    return this.gitWith({}, ...args);
  }

  gitWith(options: RunOptions, ...args: readonly string[]): string {
    return this.run("git", ["-C", this.repo, ...args], options)
      .toString()
      .trim();
  }

  /** The raw content of a commit, as git has it. */
  commitBytes(oid: string): Buffer {
    return this.run("git", ["-C", this.repo, "cat-file", "commit", oid]);
  }

  /** Stores a commit object of any content, and moves the branch to it. */
  commitRaw(bytes: Uint8Array): string {
    const oid = this.gitWith({ input: bytes }, "hash-object", "-t", "commit", "-w", "--stdin", "--literally");
    this.git("update-ref", "refs/heads/main", oid);
    return oid;
  }

  /** What became of a tag, under another name. */
  changeTag(name: string, newName: string, change: (object: string) => string): void {
    const input = change(this.run("git", ["-C", this.repo, "cat-file", "tag", name]).toString());
    const oid = this.gitWith({ input }, "hash-object", "-t", "tag", "-w", "--stdin");
    this.git("update-ref", `refs/tags/${newName}`, oid);
  }

  head(): string {
    return this.git("rev-parse", "HEAD");
  }

  /** What git itself says of each commit: `%G?` by oid. */
  judgements(): Map<string, string> {
    const lines = this.git("log", "--format=%H %G?").split("\n");
    return new Map(lines.map((line) => [line.slice(0, 40), line.slice(41)]));
  }

  async commits(): Promise<RawCommit[]> {
    const repository = await openRepository(this.repo);
    try {
      return await Array.fromAsync(streamRange(repository, repository.resolveCommit("HEAD"), undefined));
    } finally {
      repository.close();
    }
  }

  [Symbol.dispose](): void {
    try {
      this.run("gpgconf", ["--kill", "gpg-agent"]);
    } catch {
      // No gpg on this machine, or no agent was started.
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
