import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  KubeClient,
  type KubeObject,
  Reflector,
  type ReflectorOptions,
  type ReplicaEvent,
} from "../../../src/kube/index.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";

const type = { apiVersion: "v1", kind: "ConfigMap" };

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a reflector of a real API server", () => {
  let cluster: Cluster;
  let client: KubeClient;
  let namespace: string;
  let count = 0;
  let events: string[];
  let errors: string[];

  beforeAll(async () => {
    cluster = await startCluster();
    client = new KubeClient(await cluster.connection());
  });

  beforeEach(async () => {
    namespace = `ns-${++count}`;
    events = [];
    errors = [];
    await cluster.startApiServer();
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });

  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  const put = (name: string, value = "1", labels: Record<string, string> = {}): Promise<KubeObject> =>
    client.apply(
      { ...type, metadata: { name, namespace, labels }, data: { value } },
      { fieldManager: "sluice" },
    );
  const remove = (name: string): Promise<string> => client.delete({ ...type, namespace, name });
  const told = ({ type, object }: ReplicaEvent): void => void events.push(`${type} ${object.metadata.name}`);

  async function reflect(options: Partial<ReflectorOptions> = {}): Promise<Reflector> {
    const onError = ({ code }: { code: string }): void => void errors.push(code);
    // The pauses are real ones, only shorter: the API server needs its time to come back.
    const sleep = (milliseconds: number): Promise<void> =>
      new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 100)));
    const reflector = new Reflector(client, type, { namespace, onEvent: told, onError, sleep, ...options });
    reflector.start();
    await reflector.synced;
    return reflector;
  }

  it("tells what was there, what comes, changes and goes, in order", async () => {
    await put("a");
    await using reflector = await reflect();
    expect(reflector.list()).toHaveLength(1);
    await put("b");
    await put("a", "2");
    await put("a", "2"); // no change
    await remove("b");
    await put("c");
    await expect.poll(() => events).toHaveLength(5);
    expect(events).toEqual(["added a", "added b", "modified a", "deleted b", "added c"]);
    expect(reflector.get(`${namespace}/a`)).toMatchObject({ data: { value: "2" } });
    expect(reflector.get(`${namespace}/b`)).toBeUndefined();
  });

  it("keeps metadata alone, of what the selector names", async () => {
    await using reflector = await reflect({ metadataOnly: true, labelSelector: "mine" });
    await put("other");
    await put("mine", "1", { mine: "yes" });
    await expect.poll(() => reflector.list()).toHaveLength(1);
    expect(reflector.list()[0]).toMatchObject({ ...type, metadata: { name: "mine" } });
    expect(reflector.list()[0]).not.toHaveProperty("data");
    await put("mine", "1", {});
    await expect.poll(() => events).toEqual(["added mine", "deleted mine"]);
  });

  it("lives through a restart of the API server, and tells what it missed, once", async () => {
    await put("a");
    await put("b");
    await using reflector = await reflect();
    await cluster.stopApiServer();
    await cluster.startApiServer();
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await put("c");
    await remove("a");
    await expect
      .poll(() => new Set(events.slice(2)), { timeout: 20_000 })
      .toEqual(new Set(["added c", "deleted a"]));
    expect(events).toHaveLength(4);
    expect(reflector.list().map(({ metadata }) => metadata.name)).toEqual(["b", "c"]);
  });

  it("lists anew where the API server no longer knows the place", async () => {
    await put("a");
    await put("b");
    const held = Promise.withResolvers<void>();
    await using reflector = await reflect({ sleep: () => held.promise });
    await cluster.stopApiServer();
    await expect.poll(() => errors).toContain("UNREACHABLE");
    await cluster.startApiServer();
    // What changes before the reflector comes back is older than all that the restarted server remembers.
    await remove("a");
    await put("b", "2");
    await put("c");
    await cluster.stopApiServer();
    await cluster.startApiServer();
    held.resolve();
    await expect.poll(() => events.slice(2)).toEqual(["deleted a", "modified b", "added c"]);
    expect(errors).toContain("GONE");
    expect(reflector.list()).toHaveLength(2);
  });
});
