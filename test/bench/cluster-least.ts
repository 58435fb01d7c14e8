import { mapLimited } from "../../src/concurrency.ts";
import type { KubeClient, KubeObject } from "../../src/kube/index.ts";
import { type BenchWorld, inPlain, NAMESPACE } from "./cluster-world.ts";

/** Gates at a time, and what of each goes at the same time: as the controller does it by default. */
const GATES_AT_ONCE = 4;
const VERSION = 4;

/**
 * Seconds for the requests that are left when a gate does nothing but what was promised of it, by a client that does
 * nothing else: every object but the first is tried out, all are applied, the status says so, and an Event. No way of
 * building the controller gets below that.
 */
export async function timeLeast(bench: BenchWorld): Promise<number> {
  await using client = await bench.plainClient();
  const statuses = await mapLimited(bench.names, GATES_AT_ONCE, (name) => statusOf(bench, name));
  const started = performance.now();
  await mapLimited([...bench.names.entries()], GATES_AT_ONCE, async ([index, name]) => {
    const [first, ...others] = bench.objects(name, VERSION).map(inPlain);
    if (first === undefined) throw new TypeError("a gate brings objects");
    await Promise.all(others.map((object) => apply(client, object, true)));
    await apply(client, first);
    await Promise.all(others.map((object) => apply(client, object)));
    await report(bench, name, statuses[index] ?? {});
  });
  return (performance.now() - started) / 1_000;
}

function apply(client: KubeClient, object: KubeObject, dryRun = false): Promise<KubeObject> {
  return client.apply(object, { fieldManager: "plain", dryRun });
}

interface Status {
  readonly [field: string]: unknown;
}

async function statusOf({ client }: BenchWorld, name: string): Promise<Status> {
  const gate = await client.get({ apiVersion: "sluice.dev/v1", kind: "Gate", namespace: NAMESPACE, name });
  return { ...Object(gate?.status) };
}

/** A status as long as the controller's, with another request in it. */
async function report({ client }: BenchWorld, name: string, status: Status): Promise<void> {
  const regarding = { apiVersion: "sluice.dev/v1", kind: "Gate", namespace: NAMESPACE, name };
  await client.patch(
    regarding,
    { type: "merge", body: { status: { ...status, lastHandledRequest: "the least" } } },
    { fieldManager: "sluice-controller", subresource: "status" },
  );
  await client.create({
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace: NAMESPACE, name: `${name}.least` },
    eventTime: new Date().toISOString().replace("Z", "000Z"),
    reportingController: "sluice.dev/bench",
    reportingInstance: "bench",
    type: "Normal",
    reason: "Applied",
    action: "Apply",
    note: "applied",
    regarding,
  });
}
