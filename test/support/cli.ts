import { type ChildProcess, spawn } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { formatVerifierKey, publicKeyPem, verifierKey } from "../../src/audit/index.ts";
import { statePaths } from "../../src/cli/books.ts";
import { SHARED_CACHE, type World } from "./world.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

/** For tests alone: PKCS#8 of an Ed25519 key (RFC 8410), of which every byte is a seven. */
const AUDIT_KEY = createPrivateKey({
  key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]),
  format: "der",
  type: "pkcs8",
});

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line under this Node, away from whatever the machine's own user has configured. */
export function startCli(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const nowhere = { HOME: "/nonexistent", DOCKER_CONFIG: "/nonexistent", NO_COLOR: "1" };
  const compiled = { NODE_COMPILE_CACHE: join(SHARED_CACHE, "node") };
  return spawn(process.execPath, ["--liftoff-only", MAIN, ...args], {
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

/**
 * Lets the state of a world use what other tests have compiled already. Compiled policies are authenticated with
 * the key of the audit log, so the log gets a key that every such world has.
 */
export async function shareCompiled(world: World): Promise<void> {
  await shareCell(world);
  await share("policies-of-commands", join(world.state, "cache/policies"));
  const paths = statePaths(world.state);
  const publicKey = createPublicKey(AUDIT_KEY);
  await writeFile(paths.publicKey, publicKeyPem(publicKey));
  await writeFile(
    paths.verifierKey,
    `${formatVerifierKey(verifierKey("bank.example/audit/test", publicKey))}\n`,
  );
  await writeFile(paths.key, AUDIT_KEY.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}

/** Lets the state of a world use the cell as it was unpacked for other tests. */
export async function shareCell(world: World): Promise<void> {
  await mkdir(join(world.state, "cache"), { recursive: true });
  await share("cell", join(world.state, "cache/cell"));
}

async function share(name: string, path: string): Promise<void> {
  await mkdir(join(SHARED_CACHE, name), { recursive: true });
  await symlink(join(SHARED_CACHE, name), path);
}
