import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { type KubeError, Reflector, type ReflectorOptions } from "../../../src/kube/index.ts";
import { configMap, FaultServer, type Handler, json, refusal, sendJson } from "./fault-server.ts";

const type = { apiVersion: "v1", kind: "ConfigMap" };
const list = (resourceVersion: string, ...items: object[]): Handler =>
  json(200, { kind: "ConfigMapList", metadata: { resourceVersion }, items });
const line = (kind: string, object: object): string => `${JSON.stringify({ type: kind, object })}\n`;
const bookmark = (resourceVersion: string): string =>
  line("BOOKMARK", { kind: "ConfigMap", metadata: { resourceVersion } });
const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };

/** A watch that says this and ends; one that stays open where `end` is replaced. */
function watch(
  text: string,
  end: (response: ServerResponse) => void = (response) => response.end(),
): Handler {
  return (_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write(text, () => end(response));
  };
}

const open = watch(bookmark("9"), () => undefined);

interface Followed {
  readonly events: string[];
  readonly errors: string[];
  readonly pauses: number[];
  readonly asked: readonly string[];
}

/** Follows until the last handler was asked. Pauses are counted, not waited for. */
async function follow(
  handlers: readonly Handler[],
  options: Partial<ReflectorOptions> = {},
): Promise<Followed> {
  const [events, errors, pauses]: [string[], string[], number[]] = [[], [], []];
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const last: Handler = (request, response) => {
    open(request, response);
    resolve();
  };
  await using server = await FaultServer.start([...handlers, last]);
  await using reflector = new Reflector(server.client, type, {
    onEvent: ({ type, object, previous }) =>
      events.push([type, object.metadata.name, previous?.metadata.resourceVersion].filter(Boolean).join(" ")),
    onError: (error) => errors.push(error.code),
    random: () => 0.5,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    ...options,
  });
  reflector.start();
  await reached;
  const versions = server.asked.map(
    (url) => new URLSearchParams(url.split("?")[1]).get("resourceVersion") ?? "list",
  );
  return { events, errors, pauses, asked: versions };
}

describe("a watch", () => {
  it("goes on after the last thing that it heard, bookmarks among them", async () => {
    const first = watch(line("ADDED", configMap("b", "5")) + bookmark("7"));
    const seen = await follow([list("3", configMap("a")), first]);
    expect(seen).toEqual({
      events: ["added a", "added b"],
      errors: [],
      pauses: [500],
      asked: ["list", "3", "7"],
    });
  });

  it("that is cut in the middle of a line goes on before that line", async () => {
    const cut = watch(
      line("ADDED", configMap("b", "5")) + line("ADDED", configMap("c", "6")).slice(0, 40),
      (response) => response.destroy(),
    );
    const whole = watch(line("ADDED", configMap("c", "6")));
    const seen = await follow([list("3"), cut, whole]);
    expect(seen.events).toEqual(["added b", "added c"]);
    expect(seen.errors).toEqual(["UNREACHABLE"]);
    expect(seen.asked).toEqual(["list", "3", "5", "6"]);
  });

  it("tells nothing twice", async () => {
    const twice = watch(line("ADDED", configMap("b", "5")) + line("MODIFIED", configMap("b", "5")));
    const seen = await follow([
      list("3", configMap("b", "2")),
      twice,
      watch(line("MODIFIED", configMap("b", "6"))),
    ]);
    expect(seen.events).toEqual(["added b", "modified b 2", "modified b 5"]);
  });

  it.each<[string, Handler]>([
    ["in an event", watch(line("ERROR", gone))],
    ["as a status", json(410, gone)],
  ])("from a forgotten place, said %s, lists anew and tells the difference", async (_, handler) => {
    const before = list("3", configMap("a"), configMap("b", "2"), configMap("c", "3"));
    const reborn = { ...configMap("c", "8") };
    reborn.metadata.uid = "another";
    const after = list("8", configMap("b", "4"), reborn, configMap("d", "8"));
    const seen = await follow([before, handler, after]);
    expect(seen.events.slice(3)).toEqual([
      "deleted a 1",
      "modified b 2",
      "deleted c 3",
      "added c",
      "added d",
    ]);
    expect(seen).toMatchObject({ errors: ["GONE"], pauses: [500], asked: ["list", "3", "list", "8"] });
  });

  it("that is always too old does not become a loop", async () => {
    const tooOld = watch(line("ERROR", gone));
    const seen = await follow([list("3"), tooOld, list("4"), tooOld, list("5"), tooOld]);
    expect(seen.pauses).toEqual([500, 1_000, 2_000]);
  });

  it("that ends at once is asked again after a pause, with or without a word", async () => {
    const seen = await follow([list("3"), watch(""), watch(bookmark("4")), watch("")]);
    expect(seen).toMatchObject({ pauses: [500, 500, 500], asked: ["list", "3", "3", "4", "4"] });
  });

  it("that fails comes back later each time, and slowly where only an administrator can help", async () => {
    const failing = refusal(500, "InternalError", "oops");
    const seen = await follow([list("3"), failing, failing, failing, refusal(403, "Forbidden", "no")]);
    expect(seen.errors).toEqual(["SERVER", "SERVER", "SERVER", "FORBIDDEN"]);
    expect(seen.pauses).toEqual([500, 1_000, 2_000, 60_000]);
  });

  it("waits as long as the API server asks", async () => {
    const busy = refusal(429, "TooManyRequests", "later", { "retry-after": "20" });
    expect((await follow([list("3"), busy])).pauses).toEqual([20_000]);
  });

  it("on which nothing arrives any more is ended", async () => {
    await using server = await FaultServer.start([watch(bookmark("4"), () => undefined)]);
    const signal = new AbortController().signal;
    const options = { resourceVersion: "3", timeoutSeconds: 300, silenceMs: 100, signal };
    const events = await server.client.watch(type, options);
    const heard: string[] = [];
    const listen = async (): Promise<void> => {
      for await (const event of events) heard.push(event.type);
    };
    await expect(listen()).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(heard).toEqual(["BOOKMARK"]);
  });

  it.each([200, 500])(
    "that never ends, with status %i, is ended a silence after its time",
    async (status) => {
      const dripping: Handler = (_, response) => {
        response.writeHead(status);
        const timer = setInterval(() => response.write(" "), 10);
        response.on("close", () => clearInterval(timer));
      };
      await using server = await FaultServer.start([dripping]);
      const signal = new AbortController().signal;
      const options = { resourceVersion: "3", timeoutSeconds: 0, silenceMs: 100, signal };
      const listen = async (): Promise<void> => {
        for await (const _ of await server.client.watch(type, options)) expect.unreachable();
      };
      await expect(listen()).rejects.toMatchObject({ code: "TIMEOUT" });
    },
  );

  it("ends with the reflector", async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const held: Handler = (request, response) => {
      open(request, response);
      response.on("close", resolve);
    };
    await using server = await FaultServer.start([list("3"), held]);
    const reflector = new Reflector(server.client, type, { onEvent: () => undefined });
    reflector.start();
    await reflector.synced;
    await expect.poll(() => server.asked).toHaveLength(2);
    await reflector[Symbol.asyncDispose]();
    await closed;
    expect(server.asked).toHaveLength(2);
  });

  it("with a line that has no end is let go, and what is no event too", async () => {
    const endless = watch(`{"type":"ADDED","object":"${"x".repeat(4 * 1024 * 1024)}`, () => undefined);
    const renamed = watch('{"type":"RENAMED","object":{"metadata":{}}}\n');
    const seen = await follow([list("3"), endless, list("4"), renamed, list("5")]);
    expect(seen.errors).toEqual(["TOO_LARGE", "PROTOCOL"]);
    expect(seen.asked).toEqual(["list", "3", "list", "4", "list", "5"]);
  });
});

describe("a list", () => {
  it("that fails is asked again, and the copy is not whole before", async () => {
    const errors: KubeError[] = [];
    await using server = await FaultServer.start([refusal(500, "", ""), list("3", configMap("a")), open]);
    await using reflector = new Reflector(server.client, type, {
      onEvent: () => undefined,
      onError: (error) => {
        errors.push(error);
        expect(reflector.isSynced).toBe(false);
      },
      sleep: async () => undefined,
    });
    reflector.start();
    await reflector.synced;
    expect(reflector.isSynced).toBe(true);
    expect(errors).toHaveLength(1);
    expect(reflector.get("ns/a")).toMatchObject({ kind: "ConfigMap" });
    expect(reflector.get("a")).toBeUndefined();
  });

  it("whose later page is of a forgotten state begins again, once", async () => {
    const page = (next: string, name: string): Handler =>
      json(200, {
        kind: "ConfigMapList",
        metadata: { resourceVersion: "3", continue: next },
        items: [configMap(name)],
      });
    const expired = refusal(410, "Expired", "the continue token is too old");
    await using server = await FaultServer.start([page("x", "a"), expired, page("y", "a"), page("", "b")]);
    const { items } = await server.client.list(type);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["a", "b"]);
    await using stale = await FaultServer.start([page("x", "a"), expired, page("y", "a"), expired]);
    await expect(stale.client.list(type)).rejects.toMatchObject({ code: "GONE" });
  });

  it("of pages that are too large asks for smaller ones", async () => {
    const limits: (string | null)[] = [];
    const handler: Handler = (request, response) => {
      const limit = new URL(request.url ?? "", "http://x").searchParams.get("limit");
      limits.push(limit);
      const item = limit === "5" ? configMap("a") : { metadata: { name: "x".repeat(33 * 1024 * 1024) } };
      sendJson(response, 200, { kind: "ConfigMapList", metadata: { resourceVersion: "3" }, items: [item] });
    };
    await using server = await FaultServer.start([handler]);
    expect((await server.client.list(type)).items).toHaveLength(1);
    expect(limits).toEqual(["500", "50", "5"]);
  });

  it.each<[string, unknown]>([
    ["an object", configMap("a")],
    ["a list without a version", { kind: "ConfigMapList", metadata: {}, items: [] }],
    ["a list of something else", { kind: "ConfigMapList", metadata: { resourceVersion: "1" }, items: [1] }],
  ])("is not %s", async (_, body) => {
    await using server = await FaultServer.start([json(200, body)]);
    await expect(server.client.list(type)).rejects.toMatchObject({ code: "PROTOCOL" });
  });
});
