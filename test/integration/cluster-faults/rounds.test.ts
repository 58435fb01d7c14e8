import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { DirectoryFiles, parsePublicKey, verifyLog } from "../../../src/audit/index.ts";
import { fromKubeConfigFile, KubeClient } from "../../../src/kube/index.ts";
import { finish, shareCompiled, startCli } from "../../support/cli.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { FaultyProxy } from "../../support/faulty-proxy.ts";
import {
  applyResources,
  createDeployer,
  customResources,
  GATE,
  installCrds,
} from "../../support/kubernetes-world.ts";
import { type ReadEntry, readEntries } from "../../support/log-entries.ts";
import { describeWithTools } from "../../support/tools.ts";
import { World } from "../../support/world.ts";
import { randomFrom } from "../crash/random.ts";
import { countByRevision, treeOf } from "../crash/rounds.ts";
import { chooseFaults } from "./faults.ts";
import { Witness } from "./watcher.ts";

const ROUNDS = Number(process.env.SLUICE_CLUSTER_FAULT_ROUNDS ?? 3);
const SEED = Number(process.env.SLUICE_CLUSTER_FAULT_SEED ?? Math.floor(Math.random() * 2 ** 32));
const SERVICE_ACCOUNT = "sluice";
/** From its start to the end of a change, a controller sends some twenty-five. */
const MOST_REQUESTS = 30;
/** One that has sent no more by then has nothing more to do, or waits longer than a test can. */
const LONGEST_ROUND_MS = 10_000;

describeWithTools(
  ["kube-apiserver", "etcd", "kubectl"],
  "attack 32: faults at any moment, on a cluster",
  () => {
    const title = `converges: ${ROUNDS} rounds, SLUICE_CLUSTER_FAULT_SEED=${SEED}`;

    it(title, { timeout: 120_000 + ROUNDS * 15_000 }, async () => {
      const random = randomFrom(SEED);
      await using cluster = await startCluster();
      await using world = await World.open();
      await using client = new KubeClient(await fromKubeConfigFile(cluster.adminKubeconfig));
      await prepare(cluster, world, client);
      const token = await cluster.tokenFor("payments", SERVICE_ACCOUNT);
      const { proxy, kubeconfig } = await FaultyProxy.start(cluster, token);
      await using _ = proxy;
      const revisions = new Map<string, string>();
      const log = join(world.state, "log");
      await using witness = new Witness(client, { log, revisionOf: (value) => revisions.get(value) });
      const denied = new Set<string>();

      for (let round = 1; round <= ROUNDS; round++) {
        const deny = random() < 0.25;
        const head = await world.push({ message: `round ${round}`, tree: treeOf(world, round, deny) });
        revisions.set(`${round}`, head);
        if (deny) denied.add(head);
        proxy.choose = chooseFaults(random);
        const controller = start(world, kubeconfig);
        const requests = 1 + Math.floor(random() * MOST_REQUESTS);
        await Promise.race([proxy.arrived(requests), sleep(LONGEST_ROUND_MS, undefined, { ref: false })]);
        if (random() < 0.1) await restart(cluster);
        controller.kill(random() < 0.8 ? "SIGKILL" : "SIGTERM");
        await finish(controller);
      }

      proxy.choose = () => undefined;
      const last = await world.push({ message: "the last", tree: treeOf(world, ROUNDS + 1, false) });
      revisions.set(`${ROUNDS + 1}`, last);
      const controller = start(world, kubeconfig);
      const output = finish(controller);
      try {
        await vi.waitFor(() => expectApplied(client, last, ROUNDS + 1), { timeout: 60_000, interval: 200 });
      } finally {
        controller.kill("SIGTERM");
        await once(controller, "exit");
      }
      expect((await output).code).toBe(0);

      const counts = countByRevision(await readSoundly(world));
      for (const [revision, outcomes] of counts) expect(outcomes).toEqual([denied.has(revision) ? 0 : 1]);
      expect(counts.has(last)).toBe(true);
      await witness[Symbol.asyncDispose]();
      expect(witness.seen.has(`${ROUNDS + 1}`)).toBe(true);
      expect(witness.unrecorded).toEqual([]);
    });
  },
);

async function prepare(cluster: Cluster, world: World, client: KubeClient): Promise<void> {
  await shareCompiled(world);
  await installCrds(cluster);
  await cluster.createNamespace("payments");
  await cluster.kubectl("create", "serviceaccount", SERVICE_ACCOUNT, "-n", "payments");
  const binding = ["--clusterrole=cluster-admin", `--serviceaccount=payments:${SERVICE_ACCOUNT}`];
  await cluster.kubectl("create", "clusterrolebinding", "sluice", ...binding);
  await createDeployer(cluster);
  await applyResources(client, await customResources(world));
}

function start(world: World, kubeconfig: string) {
  const pages = ["--metrics-address", "127.0.0.1:0"];
  const args = ["run", "--kubernetes", "--kubeconfig", kubeconfig, "--state", world.state];
  return startCli([...args, "--no-leader-elect", "--min-interval", "100ms", ...pages]);
}

async function restart(cluster: Cluster): Promise<void> {
  await cluster.stopApiServer();
  await cluster.startApiServer();
}

async function expectApplied(client: KubeClient, revision: string, round: number): Promise<void> {
  const marker = await client.get({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "payments",
    name: "round",
  });
  expect(marker?.data).toEqual({ round: `${round}` });
  const gate = await client.get(GATE);
  expect(gate?.status).toMatchObject({ applied: { revision } });
  const { conditions } = Object(gate?.status);
  expect(conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
}

async function readSoundly(world: World): Promise<readonly ReadEntry[]> {
  const files = new DirectoryFiles(join(world.state, "log"));
  const path = join(world.state, "audit.pub");
  const publicKey = parsePublicKey(await readFile(path, "utf8"), path);
  expect((await verifyLog(files, { trust: { publicKey } })).refusals).toEqual([]);
  return readEntries(files);
}
