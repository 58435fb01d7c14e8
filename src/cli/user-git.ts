import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { Fault, systemErrorCode } from "../fault.ts";

export type UserGitErrorCode = "GIT_NOT_FOUND" | "GIT_FAILED";

export class UserGitError extends Fault<UserGitErrorCode> {
  override readonly name = "UserGitError";
}

/**
 * The git of whoever sits at the terminal, with their configuration: it holds their keys, and asks for their
 * passphrases. For what a person does; a gate runs no program.
 */
export class UserGit {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What git prints, trimmed. */
  async ask(...args: readonly string[]): Promise<string> {
    try {
      const { stdout } = await promisify(execFile)("git", ["-C", this.#folder, ...args]);
      return stdout.trim();
    } catch (error) {
      throw toUserGitError(error, args);
    }
  }

  /** Lets git talk with the person: what it prints goes to stderr, as the answer of the command is not there yet. */
  async run(...args: readonly string[]): Promise<void> {
    const child = spawn("git", ["-C", this.#folder, ...args], {
      stdio: ["inherit", process.stderr, "inherit"],
    });
    const [code] = await once(child, "close").catch((error: unknown) => {
      throw toUserGitError(error, args);
    });
    if (code !== 0) throw failed(args);
  }
}

function toUserGitError(error: unknown, args: readonly string[]): UserGitError {
  if (systemErrorCode(error) !== "ENOENT") return failed(args, error);
  return new UserGitError("GIT_NOT_FOUND", "git is not installed", { cause: error, remedy: "install git" });
}

function failed(args: readonly string[], cause?: unknown): UserGitError {
  const [command = ""] = args;
  return new UserGitError("GIT_FAILED", `git ${command} did not succeed`, {
    ...(cause !== undefined && { cause }),
    remedy: "see what it said; `git config user.signingkey` and `gpg.format` say how it signs",
  });
}
