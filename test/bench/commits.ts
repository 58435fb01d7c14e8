// Verifying signed history, beside git: `npx node test/bench/commits.ts`, or as a part of `npm run bench`.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openRepository, streamRange } from "../../src/git/index.ts";
import { type Trust, trustKeyFiles, verifyCommits } from "../../src/trust/index.ts";

export interface CommitRow {
  readonly scheme: "SSH" | "OpenPGP";
  readonly commits: number;
  /** Milliseconds a commit: in a process that runs already, as a gate does. */
  readonly inProcess: number;
  /** As a command, from its start to its end, shared out among the commits. */
  readonly command: number;
  /** `git log --format=%G?`, from its start to its end, shared out likewise. */
  readonly git: number;
}

const COMMITS = 1000;
const RUNS = 5;
const COMMAND_RUNS = 3;
const SLUICE = join(import.meta.dirname, "../../bin/sluice");
/** Signing so many commits takes longer than all the rest: they are made once a machine. */
const CACHE = join(tmpdir(), "sluice-bench-commits");

interface Fixture {
  readonly scheme: CommitRow["scheme"];
  readonly repo: string;
  /** Where gpg finds its keys. */
  readonly home: string;
  readonly keys: string;
  readonly option: "--allowed-signers" | "--openpgp-keys";
}

/** Two histories, each signed by git with one kind of key; every commit must pass, for us and for git. */
export async function benchCommits(): Promise<CommitRow[]> {
  const rows: CommitRow[] = [];
  for (const fixture of [sshFixture(), openpgpFixture()]) {
    const trust = await readTrust(fixture);
    await verifyAll(fixture, trust);
    rows.push({
      scheme: fixture.scheme,
      commits: COMMITS,
      inProcess: await median(RUNS, () => verifyAll(fixture, trust)),
      command: await median(COMMAND_RUNS, async () => verifyByCommand(fixture)),
      git: await median(1, async () => verifyByGit(fixture)),
    });
  }
  return rows;
}

async function readTrust({ keys, option }: Fixture): Promise<Trust> {
  const files = [{ origin: keys, bytes: readFileSync(keys) }];
  const [allowedSigners, openpgpKeys] = option === "--allowed-signers" ? [files, []] : [[], files];
  return (await trustKeyFiles({ allowedSigners, openpgpKeys })).trust;
}

async function verifyAll({ repo }: Fixture, trust: Trust): Promise<void> {
  const repository = await openRepository(repo);
  try {
    const commits = streamRange(repository, repository.resolveCommit("HEAD"), undefined);
    let verified = 0;
    for await (const { verdict } of verifyCommits(commits, trust, Date.now())) {
      if (verdict === "verified") verified += 1;
    }
    if (verified !== COMMITS) throw new Error(`${verified} of ${COMMITS} commits are verified`);
  } finally {
    repository.close();
  }
}

function verifyByCommand({ repo, keys, option }: Fixture): void {
  execFileSync(process.execPath, [SLUICE, "verify", "commits", "--repo", repo, option, keys]);
}

function verifyByGit({ repo, home }: Fixture): void {
  const good = run("git", ["-C", repo, "log", "--format=%G?"], home).match(/^G$/gm)?.length ?? 0;
  if (good !== COMMITS) throw new Error(`git calls ${good} of ${COMMITS} commits good`);
}

function sshFixture(): Fixture {
  const dir = make("ssh", (folder) => {
    run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")], folder);
    const publicKey = readFileSync(join(folder, "key.pub"), "utf8");
    writeFileSync(join(folder, "keys"), `alice@bank.example ${publicKey}`);
    return { "gpg.format": "ssh", "user.signingkey": "../key", "gpg.ssh.allowedSignersFile": "../keys" };
  });
  return {
    scheme: "SSH",
    repo: join(dir, "repo"),
    home: dir,
    keys: join(dir, "keys"),
    option: "--allowed-signers",
  };
}

function openpgpFixture(): Fixture {
  const dir = make("pgp", (folder) => {
    const key = "alice@bank.example";
    run(
      "gpg",
      ["--batch", "-q", "--passphrase", "", "--quick-gen-key", key, "ed25519", "sign", "never"],
      folder,
    );
    run("gpg", ["--batch", "-q", "--output", join(folder, "keys"), "--export"], folder);
    return { "user.signingkey": key };
  });
  return {
    scheme: "OpenPGP",
    repo: join(dir, "repo"),
    home: dir,
    keys: join(dir, "keys"),
    option: "--openpgp-keys",
  };
}

/** A folder with a signed repository in it; `prepare` makes the key and answers with git's configuration. */
function make(name: string, prepare: (folder: string) => Readonly<Record<string, string>>): string {
  const folder = join(CACHE, `${name}-${COMMITS}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const repo = join(unfinished, "repo");
  run("git", ["init", "-q", repo], unfinished);
  const identity = { "user.name": "Alice", "user.email": "alice@bank.example" };
  for (const [key, value] of Object.entries({ ...identity, ...prepare(unfinished) })) {
    run("git", ["-C", repo, "config", key, value], unfinished);
  }
  for (let number = 1; number <= COMMITS; number += 1) {
    run("git", ["-C", repo, "commit", "-q", "-S", "--allow-empty", "-m", `change ${number}`], unfinished);
  }
  run("git", ["-C", repo, "gc", "-q"], unfinished);
  if (name === "pgp") run("gpgconf", ["--kill", "gpg-agent"], unfinished);
  renameSync(unfinished, folder);
  return folder;
}

function run(program: string, args: readonly string[], home: string): string {
  const env = { PATH: process.env.PATH, HOME: home, GNUPGHOME: home, GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync(program, args, { env, cwd: home, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Milliseconds a commit. */
async function median(runs: number, action: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const started = performance.now();
    await action();
    times.push((performance.now() - started) / COMMITS);
  }
  return times.toSorted((left, right) => left - right)[Math.floor(runs / 2)] ?? Number.NaN;
}

export function toTable(rows: readonly CommitRow[]): string {
  const line = (...[first = "", ...numbers]: readonly string[]): string =>
    first.padEnd(30) + numbers.map((number) => number.padStart(14)).join("");
  return [
    line(`${COMMITS} commits, each`, "in process ms", "git log ms", "ratio", "our command ms", "ratio"),
    ...rows.map(({ scheme, inProcess, command, git }) =>
      line(
        `signed with ${scheme}`,
        inProcess.toFixed(2),
        git.toFixed(2),
        `${(git / inProcess).toFixed(1)}x`,
        command.toFixed(2),
        `${(git / command).toFixed(1)}x`,
      ),
    ),
  ].join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(toTable(await benchCommits()));
