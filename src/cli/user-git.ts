import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { Fault, systemErrorCode } from "../fault.ts";

export type UserGitErrorCode =
  | "GIT_NOT_FOUND"
  | "GIT_FAILED"
  /** It begins like an option, and git would take it for one. */
  | "BAD_ARGUMENT"
  /** Not a commit, or not one range of commits. */
  | "BAD_REVISION"
  /** What is to be made for a moment is there already, and may be somebody's. */
  | "TAG_EXISTS"
  | "NOTE_NOT_WRITTEN";

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

  /** What git prints, byte for byte; `input` is what it reads. */
  async read(args: readonly string[], input?: Uint8Array): Promise<Buffer> {
    try {
      const running = promisify(execFile)("git", ["-C", this.#folder, ...args], { encoding: "buffer" });
      running.child.stdin?.end(input);
      return (await running).stdout;
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

/** What a person wrote, if git cannot take it for an option. Throws BAD_ARGUMENT. */
export function plainArgument(text: string, what: string): string {
  if (text !== "" && !text.startsWith("-")) return text;
  throw new UserGitError("BAD_ARGUMENT", `${JSON.stringify(text.slice(0, 100))} is no ${what}`, {
    remedy: "a name may not be empty, nor begin with a dash",
  });
}
