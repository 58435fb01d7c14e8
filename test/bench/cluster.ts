// One push to many gates, beside plain server-side apply of the same objects: `npx node test/bench/cluster.ts [gates…]`,
// or as a part of `npm run bench`. On a real etcd, which waits for its disk, and a real kube-apiserver.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { mapLimited } from "../../src/concurrency.ts";
import { type KubeObject, Reflector } from "../../src/kube/index.ts";
import { BenchController } from "./cluster-controller.ts";
import { timeLeast } from "./cluster-least.ts";
import { BenchWorld, CONCURRENCY, inPlain, NAMESPACE } from "./cluster-world.ts";

export interface ClusterRow {
  readonly gates: number;
  /** From the push until the status of every gate says that it is applied. */
  readonly seconds: number;
  readonly requestsPerGate: number;
  readonly peakMebibytes: number;
  /** Server-side apply of the same objects, one request each. */
  readonly floorSeconds: number;
  readonly floorRequestsPerGate: number;
  /** `kubectl apply --server-side` of the same objects, which is what people would use. */
  readonly kubectlSeconds: number;
  /** The requests that Sluice has promised, from a client that does nothing besides. */
  readonly leastSeconds: number;
  /** An interval in which nothing changed. */
  readonly idle?: IdleRow;
}

interface IdleRow {
  readonly seconds: number;
  readonly requests: number;
  readonly cpuSeconds: number;
}

const SIZES = [100, 500, 1_000];
const INTERVAL_S = 60;
/** An interval varies, so that gates which began together do not stay together. */
const LONGEST_INTERVAL_S = INTERVAL_S * 1.1;

/** The idle interval is looked at with the most gates only. */
export async function benchCluster(sizes: readonly number[] = SIZES): Promise<ClusterRow[]> {
  const rows: ClusterRow[] = [];
  for (const gates of sizes) {
    console.error(`cluster: ${gates} gates…`); // it takes minutes
    rows.push(await benchGates(gates, gates === Math.max(...sizes)));
  }
  return rows;
}

async function benchGates(gates: number, withIdle: boolean): Promise<ClusterRow> {
  await using bench = await BenchWorld.open(gates, `${INTERVAL_S}s`);
  await using progress = await Progress.watch(bench);
  const first = await bench.push(1);
  {
    await using _ = await BenchController.start(bench); // with nothing cached
    await progress.untilAllApplied(first);
  }
  await using controller = await BenchController.start(bench);
  await untilQuiet(controller);
  const ours = await timePush(bench, controller, progress);
  const idle = withIdle ? await measureIdle(controller) : undefined;
  const peakMebibytes = await controller.peakMebibytes();
  await controller[Symbol.asyncDispose]();
  const floor = await timeFloor(bench);
  const kubectlSeconds = await timeKubectl(bench);
  const leastSeconds = await timeLeast(bench);
  const beside = { ...floor, kubectlSeconds, leastSeconds };
  return { gates, ...ours, peakMebibytes, ...beside, ...(idle !== undefined && { idle }) };
}

async function timePush(bench: BenchWorld, controller: BenchController, progress: Progress) {
  const before = await controller.requests();
  const head = await bench.push(2);
  const started = performance.now();
  await bench.request(head);
  await progress.untilAllApplied(head);
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, requestsPerGate: ((await controller.requests()) - before) / bench.names.length };
}

/** After all runs that the push led to; then every gate runs once in an interval. */
async function measureIdle(controller: BenchController): Promise<IdleRow> {
  await untilQuiet(controller);
  const [requests, cpu] = [await controller.requests(), await controller.cpuSeconds()];
  await sleep(LONGEST_INTERVAL_S * 1_000);
  return {
    seconds: LONGEST_INTERVAL_S,
    requests: (await controller.requests()) - requests,
    cpuSeconds: (await controller.cpuSeconds()) - cpu,
  };
}

/** Until it has asked the API server for nothing over two seconds. */
async function untilQuiet(controller: BenchController): Promise<void> {
  for (let before = -1; ; ) {
    const now = await controller.requests();
    if (now === before) return;
    before = now;
    await sleep(2_000);
  }
}

async function timeFloor(bench: BenchWorld) {
  await using client = await bench.plainClient();
  const applyAll = (version: number) => {
    const objects = bench.names.flatMap((name) => bench.objects(name, version)).map(inPlain);
    return mapLimited(objects, CONCURRENCY, (object) => client.apply(object, { fieldManager: "plain" }));
  };
  await applyAll(1);
  const before = client.requests;
  const started = performance.now();
  await applyAll(2);
  const floorSeconds = (performance.now() - started) / 1_000;
  return { floorSeconds, floorRequestsPerGate: (client.requests - before) / bench.names.length };
}

/** Every object is changed once more, from one file. */
async function timeKubectl(bench: BenchWorld): Promise<number> {
  const objects = bench.names.flatMap((name) => bench.objects(name, 3)).map(inPlain);
  const file = join(bench.world.folder, "all.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  const owned = ["--server-side", "--field-manager=plain"]; // as the floor was applied
  const started = performance.now();
  await bench.cluster.kubectl("apply", ...owned, "-f", file);
  return (performance.now() - started) / 1_000;
}

/** What the gates' statuses say, as it is told. */
class Progress implements AsyncDisposable {
  readonly #reflector: Reflector;
  readonly #applied = new Map<string, string>();
  readonly #gates: number;
  #wanted = "";
  #reached: (() => void) | undefined;

  private constructor({ client, names }: BenchWorld) {
    this.#gates = names.length;
    const type = { apiVersion: "sluice.dev/v1", kind: "Gate" };
    const onEvent = ({ object }: { object: KubeObject }): void => this.#see(object);
    this.#reflector = new Reflector(client, type, { namespace: NAMESPACE, onEvent });
    this.#reflector.start();
  }

  static async watch(bench: BenchWorld): Promise<Progress> {
    const progress = new Progress(bench);
    await progress.#reflector.synced;
    return progress;
  }

  async untilAllApplied(revision: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = revision;
    this.#reached = resolve;
    this.#check();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reflector[Symbol.asyncDispose]();
  }

  #see({ metadata, status }: KubeObject): void {
    const { applied }: { applied?: { revision?: string } } = Object(status);
    this.#applied.set(metadata.name, applied?.revision ?? "");
    this.#check();
  }

  #check(): void {
    const done = [...this.#applied.values()].filter((revision) => revision === this.#wanted).length;
    if (done === this.#gates) this.#reached?.();
  }
}

export function toTable(rows: readonly ClusterRow[]): string {
  const line = (...figures: readonly string[]): string =>
    figures.map((figure) => figure.padStart(11)).join("");
  const idle = rows.flatMap(({ gates, idle }) => (idle === undefined ? [] : [toIdleLine(gates, idle)]));
  return [
    "one push, and one gate asked to look (sluice.dev/requestedAt), until the status of all says applied;",
    `the floor: server-side apply of the same objects, one request each, ${CONCURRENCY} at a time, no dry run;`,
    "kubectl: `kubectl apply --server-side` of one file with all of them;",
    "requests and floor's are for each gate;",
    "the least: the trials, applies, status and Event of every gate, from a client that does nothing else",
    line(
      "gates",
      "sluice s",
      "floor s",
      "ratio",
      "kubectl s",
      "ratio",
      "least s",
      "ratio",
      "requests",
      "floor's",
      "peak MiB",
    ),
    ...rows.map((row) =>
      line(
        String(row.gates),
        row.seconds.toFixed(1),
        row.floorSeconds.toFixed(1),
        (row.seconds / row.floorSeconds).toFixed(2),
        row.kubectlSeconds.toFixed(1),
        (row.seconds / row.kubectlSeconds).toFixed(2),
        row.leastSeconds.toFixed(1),
        (row.seconds / row.leastSeconds).toFixed(2),
        row.requestsPerGate.toFixed(1),
        row.floorRequestsPerGate.toFixed(1),
        row.peakMebibytes.toFixed(0),
      ),
    ),
    ...idle,
  ].join("\n");
}

function toIdleLine(gates: number, { seconds, requests, cpuSeconds }: IdleRow): string {
  return (
    `nothing changed, ${gates} gates, each looking every ${INTERVAL_S} s: ` +
    `${requests} requests and ${cpuSeconds.toFixed(1)} s of CPU in ${seconds.toFixed(0)} s`
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const sizes = process.argv.slice(2).map(Number);
  console.log(toTable(await benchCluster(sizes.length === 0 ? SIZES : sizes)));
}
