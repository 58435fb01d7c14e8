import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startRegistry } from "../../../src/demo/registry.ts";

export interface RunningRegistry {
  /** `127.0.0.1:port` */
  readonly host: string;
  close(): Promise<void>;
}

/** go-containerregistry's, as `crane registry serve` has it: in memory, without the referrers API. */
export function startCraneRegistry(crane: string): Promise<RunningRegistry> {
  return run((port) => [crane, ["registry", "serve", "--address", `127.0.0.1:${port}`]]);
}

/** The same with the referrers API, which `crane registry serve` leaves off. */
export function startReferrersRegistry(program: string): Promise<RunningRegistry> {
  return run((port) => [program, ["-address", `127.0.0.1:${port}`]]);
}

/** Debian's docker-registry: distribution 2.8, on disk, without the referrers API. */
export async function startDockerRegistry(program: string): Promise<RunningRegistry> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-registry-"));
  const running = await run(async (port) => {
    const config = join(folder, "config.yml");
    await writeFile(
      config,
      JSON.stringify({
        version: 0.1,
        log: { level: "error" },
        storage: { filesystem: { rootdirectory: join(folder, "data") } },
        http: { addr: `127.0.0.1:${port}` },
      }),
    );
    return [program, ["serve", config]];
  });
  return {
    host: running.host,
    close: async () => {
      await running.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The demo's own, which has the referrers API. */
export function startDemoRegistry(): Promise<RunningRegistry> {
  return startRegistry();
}

type Command = [program: string, args: string[]];

async function run(command: (port: number) => Command | Promise<Command>): Promise<RunningRegistry> {
  const port = await freePort();
  const [program, args] = await command(port);
  const child = spawn(program, args, { stdio: "ignore" });
  const host = `127.0.0.1:${port}`;
  await untilReady(`http://${host}/v2/`, child);
  return {
    host,
    close: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    await sleep(50);
  }
  child.kill();
  throw new Error("the registry does not answer");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
