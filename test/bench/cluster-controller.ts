import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { MALLOC_ENV, NODE_FLAGS } from "../../scripts/image/process.ts";
import type { BenchWorld } from "./cluster-world.ts";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

/**
 * The kubelet's files are where a pod has them, in a mount namespace of the process alone: so it reaches the API server as
 * it does in a pod, and loads nothing that it would not load there.
 */
const ENTER = `
  mount -t tmpfs tmpfs /run
  mkdir -p /run/secrets/kubernetes.io
  cp -r "$IDENTITY" /run/secrets/kubernetes.io/serviceaccount
  exec "$@"`;

/** A clock tick of `/proc/<pid>/stat`, which Linux fixes for programs. */
const TICKS_PER_SECOND = 100;

/** `sluice run --kubernetes` as the service account of the installation, started as in the image. */
export class BenchController implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #metricsPort: number;

  private constructor(process: ChildProcess, metricsPort: number) {
    this.#process = process;
    this.#metricsPort = metricsPort;
  }

  static async start(bench: BenchWorld): Promise<BenchController> {
    const { state } = bench.world;
    const { directory, env } = await bench.pod();
    const flags = ["--kubernetes", "--state", state, "--metrics-address", "127.0.0.1:0"];
    const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
    const child = spawn(
      "unshare",
      [
        ...asRoot,
        ...["--mount", "sh", "-euc", ENTER, "sh"],
        ...[process.execPath, ...NODE_FLAGS, MAIN, "run", ...flags],
      ],
      {
        env: {
          PATH: process.env.PATH,
          HOME: "/nonexistent",
          NODE_COMPILE_CACHE: join(state, "cache/node"),
          IDENTITY: directory,
          ...MALLOC_ENV,
          ...env,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    return new BenchController(child, await untilLeading(child));
  }

  /** Requests to the API server so far, as the controller's own metrics count them. */
  async requests(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`);
    const [, count] = /^sluice_api_requests_total (\d+)/m.exec(await answer.text()) ?? [];
    if (count === undefined) throw new Error("the controller's metrics say nothing of requests");
    return Number(count);
  }

  /** The most memory that the process ever held. */
  async peakMebibytes(): Promise<number> {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(await this.#proc("status")) ?? [];
    return Number(kibibytes) / 1024;
  }

  /** Of all threads, in user and kernel mode: fields 14 and 15, from behind the command's name. */
  async cpuSeconds(): Promise<number> {
    const stat = await this.#proc("stat");
    const fromThird = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fromThird[14 - 3]) + Number(fromThird[15 - 3])) / TICKS_PER_SECOND;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
  }

  #proc(file: string): Promise<string> {
    return readFile(`/proc/${this.#process.pid}/${file}`, "utf8");
  }
}

/** The port of its metrics. */
async function untilLeading({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new TypeError("the controller prints nowhere");
  let port = 0;
  const lines = createInterface(stdout);
  for await (const line of lines) {
    const said = JSON.parse(line) as { msg?: string; metrics?: number };
    if (said.msg === "serving") port = said.metrics ?? 0;
    if (said.msg === "leading") break;
  }
  stdout.resume(); // what it logs from here on is read, and thrown away
  return port;
}
