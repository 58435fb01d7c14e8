import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { startGuarded } from "./guarded-process.ts";

let folder: string;
let pidFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-guarded-"));
  pidFile = join(folder, "pid");
  return () => rm(folder, { recursive: true });
});

/** Says its process id, and stays. */
const command = (): string[] => [
  "/bin/sh",
  "-c",
  `echo $$ >${pidFile}.new; mv ${pidFile}.new ${pidFile}; exec sleep 600`,
];
const log = (): string => join(folder, "log");

async function isAlive(): Promise<boolean> {
  try {
    return process.kill(Number(await readFile(pidFile, "utf8")), 0);
  } catch {
    return false;
  }
}

describe("a guarded server", () => {
  it("runs until it is killed", async () => {
    const server = await startGuarded(command(), log());
    await server.waitUntil(async () => existsSync(pidFile));
    expect(await isAlive()).toBe(true);
    await server.kill();
    expect(await isAlive()).toBe(false);
  });

  it("does not outlive a test that is killed", async () => {
    const module = join(import.meta.dirname, "guarded-process.ts");
    const script = join(folder, "test.mjs");
    await writeFile(
      script,
      `import { startGuarded } from ${JSON.stringify(module)};
       await startGuarded(${JSON.stringify(command())}, ${JSON.stringify(log())});
       setInterval(() => undefined, 60_000);`,
    );
    const test = spawn(process.execPath, [script], { stdio: "inherit" });
    await expect.poll(() => isAlive(), { timeout: 20_000 }).toBe(true);
    test.kill("SIGKILL");
    await once(test, "exit");
    await expect.poll(() => isAlive(), { timeout: 20_000 }).toBe(false);
  });

  it("that does not start says why", async () => {
    const server = await startGuarded(["/bin/sh", "-c", "echo no such flag >&2; exit 1"], log());
    await expect(server.waitUntil(async () => false)).rejects.toThrow("no such flag");
  });
});
