import { describe, expect, it } from "vitest";
import type { KubeClient, KubeObject } from "../../../src/kube/index.ts";
import { configMap, FaultServer, type Handler, json, refusal } from "./fault-server.ts";

const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "a" };
const fine = json(200, configMap("a"));
const page = json(200, {
  kind: "ConfigMapList",
  metadata: { resourceVersion: "1", continue: "more" },
  items: [],
});

/** Takes every request, and says nothing, or one byte now and then. */
const silent: Handler = () => undefined;
const dripping: Handler = (_, response) => {
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
};

const requests: Readonly<Record<string, (client: KubeClient) => Promise<unknown>>> = {
  get: (client) => client.get(ref),
  list: (client) => client.list(ref),
  create: (client) => client.create(configMap("a")),
  apply: (client) => client.apply(configMap("a"), { fieldManager: "sluice" }),
  patch: (client) => client.patch(ref, { type: "merge", body: {} }),
  update: (client) => client.update(configMap("a")),
  delete: (client) => client.delete(ref, { uid: "u" }),
  watch: (client) =>
    client.watch(ref, {
      resourceVersion: "1",
      timeoutSeconds: 300,
      silenceMs: 100_000,
      signal: new AbortController().signal,
    }),
};

describe("a client with a signal", () => {
  it.each(Object.keys(requests))("ends a %s that gets no answer, and one after it", async (verb) => {
    await using server = await FaultServer.start([silent]);
    const { signal, abort } = deadline();
    const send = (): Promise<unknown> | undefined => requests[verb]?.(server.client.withSignal(signal));
    const asked = expect(send()).rejects.toMatchObject({ code: "TIMEOUT", transient: true });
    await expect.poll(() => server.asked).toHaveLength(1);
    abort();
    await asked;
    await expect(send()).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(server.asked).toHaveLength(1);
  });

  it.each<[string, Handler]>([
    ["comes byte by byte", dripping],
    ["asks to come back later", refusal(429, "TooManyRequests", "later", { "retry-after": "10" })],
  ])("ends a request whose answer %s", async (_, handler) => {
    await using server = await FaultServer.start([handler]);
    const { signal, abort } = deadline();
    const asked = expect(server.client.withSignal(signal).get(ref)).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    await expect.poll(() => server.asked).toHaveLength(1);
    abort();
    await asked;
    expect(server.asked).toHaveLength(1);
  });

  it("ends a list in the middle of its pages", async () => {
    await using server = await FaultServer.start([page, page, silent]);
    const { signal, abort } = deadline();
    const asked = expect(server.client.withSignal(signal).list(ref)).rejects.toMatchObject({
      code: "TIMEOUT",
    });
    await expect.poll(() => server.asked).toHaveLength(3);
    abort();
    await asked;
  });

  it("does not wait for what kinds there are, nor for a credential", async () => {
    await using server = await FaultServer.start([fine], { discovery: silent });
    const never = new Promise<string>(() => undefined);
    await using other = await FaultServer.start([fine], { token: () => never });
    for (const { client } of [server, other]) {
      const signal = AbortSignal.timeout(50);
      await expect(client.withSignal(signal).get(ref)).rejects.toMatchObject({ code: "TIMEOUT" });
      await expect(client.withSignal(signal).resourceOf("v1", "Nothing")).rejects.toMatchObject({
        code: "TIMEOUT",
      });
    }
  });

  it("is the same client otherwise: acts as the same user, and the one that it is of goes on", async () => {
    const users: unknown[] = [];
    const seen: Handler = (request, response) => {
      users.push(request.headers["impersonate-user"]);
      fine(request, response);
    };
    await using server = await FaultServer.start([seen]);
    const user = { name: "someone" };
    const { signal, abort } = deadline();
    const both: KubeClient[] = [
      server.client.as(user).withSignal(signal),
      server.client.withSignal(signal).as(user),
    ];
    const found: (KubeObject | undefined)[] = await Promise.all(both.map((client) => client.get(ref)));
    expect(found).toMatchObject([{ kind: "ConfigMap" }, { kind: "ConfigMap" }]);
    expect(users).toEqual(["someone", "someone"]);
    abort();
    for (const client of both) await expect(client.get(ref)).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(await server.client.as(user).get(ref)).toMatchObject({ kind: "ConfigMap" });
  });

  it("ends with the first of two signals", async () => {
    await using server = await FaultServer.start([fine]);
    const [first, second] = [deadline(), deadline()];
    const client = server.client.withSignal(first.signal).withSignal(second.signal);
    expect(await client.get(ref)).toMatchObject({ kind: "ConfigMap" });
    first.abort();
    await expect(client.get(ref)).rejects.toMatchObject({ code: "TIMEOUT" });
  });
});

function deadline(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
