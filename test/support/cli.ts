import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { SHARED_CACHE, type World } from "./world.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line under this Node, away from whatever the machine's own user has configured. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const nowhere = { HOME: "/nonexistent", DOCKER_CONFIG: "/nonexistent", NO_COLOR: "1" };
  const compiled = { NODE_COMPILE_CACHE: join(SHARED_CACHE, "node") };
  return spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, ...nowhere, ...compiled, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return finish(startCli(args, env));
}

/** Waits for the end of a command, and gives all that it printed. */
export async function finish(child: ChildProcess): Promise<Finished> {
  if (child.stdout === null || child.stderr === null) throw new TypeError("the command prints nowhere");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}

/** The arguments that name a world's gate and state. */
export function argsFor(world: World): string[] {
  return ["-f", world.gateFolder, "--state", world.state];
}

/** Lets the state of a world use what other tests have compiled already. */
export async function shareCompiled(world: World): Promise<void> {
  await mkdir(join(world.state, "cache"), { recursive: true });
  for (const name of ["cell", "policies"]) {
    await mkdir(join(SHARED_CACHE, name), { recursive: true });
    await symlink(join(SHARED_CACHE, name), join(world.state, "cache", name));
  }
}
