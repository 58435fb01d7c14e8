import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Somebody at a terminal: a home with a git configuration, and an SSH key that it signs with. */
export interface GitUser {
  readonly name: string;
  readonly publicKey: string;
  /** What their commands run with. */
  readonly env: Readonly<Record<string, string>>;
}

export function createGitUser(folder: string, name: string): GitUser {
  const home = join(folder, name);
  mkdirSync(home, { recursive: true });
  const key = join(home, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `${name}@bank.example`, "-f", key]);
  const config = [
    `[user]\n\tname = ${name}\n\temail = ${name}@bank.example\n\tsigningkey = ${key}\n`,
    "[gpg]\n\tformat = ssh\n",
  ];
  writeFileSync(join(home, ".gitconfig"), config.join(""));
  return {
    name,
    publicKey: readFileSync(`${key}.pub`, "utf8").trim(),
    env: { HOME: home, GIT_CONFIG_NOSYSTEM: "1", GIT_TERMINAL_PROMPT: "0" },
  };
}

/** Real git as they run it; gives what it prints, trimmed. */
export function gitAs({ env }: GitUser, cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
    .toString("utf8")
    .trim();
}
