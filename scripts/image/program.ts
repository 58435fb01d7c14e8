import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { systemErrorCode } from "../../src/fault.ts";
import { ImageError } from "./error.ts";

const execute = promisify(execFile);

/** More than dpkg or npm have to say. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface RunOptions {
  readonly cwd?: string;
  /** Exit codes besides 0 after which the output is as good. */
  readonly alsoGood?: readonly number[];
}

/** Runs a program of the build machine, in the C locale, and gives what it prints. */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: { ...process.env, LC_ALL: "C" },
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    return stdout;
  } catch (cause) {
    const { code, stdout } = cause as { code?: unknown; stdout?: unknown };
    if (typeof stdout === "string" && options.alsoGood?.some((good) => good === code)) return stdout;
    if (systemErrorCode(cause) === "ENOENT") {
      throw new ImageError("UNSUPPORTED", `${program} was not found`, { cause });
    }
    throw new ImageError("PROGRAM_FAILED", `${program} ${args[0] ?? ""} failed`, { cause });
  }
}
