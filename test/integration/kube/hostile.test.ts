import { describe, expect, it } from "vitest";
import { Reflector, type ReflectorOptions } from "../../../src/kube/index.ts";
import { configMap, FaultServer, type Handler, json } from "./fault-server.ts";

// What an API server may be that a tenant names: it says whatever it likes.

const type = { apiVersion: "v1", kind: "ConfigMap" };
const good = configMap("good", "5");
const withMeta = (changes: object) => ({ ...good, metadata: { ...good.metadata, ...changes } });
const list = (resourceVersion: string, ...items: unknown[]): Handler =>
  json(200, { kind: "ConfigMapList", metadata: { resourceVersion }, items });
const line = (kind: string, object: unknown): string => `${JSON.stringify({ type: kind, object })}\n`;
const watch =
  (...lines: readonly string[]): Handler =>
  (_, response) => {
    response.writeHead(200);
    for (const each of lines) response.write(each);
  };

/** Follows until the copy has `healed`, which is the last thing that the server says. */
async function follow(handlers: readonly Handler[], options: Partial<ReflectorOptions> = {}) {
  const [events, errors, pauses]: [string[], string[], number[]] = [[], [], []];
  const last = [list("9", good, configMap("healed")), watch()];
  await using server = await FaultServer.start([...handlers, ...last]);
  const reflector = new Reflector(server.client, type, {
    onEvent: ({ type, object }) => events.push(`${type} ${object.metadata.name}`),
    onError: ({ code }) => errors.push(code),
    random: () => 0.5,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
    ...options,
  });
  reflector.start();
  const healed = { metadata: { name: "healed" } };
  await expect.poll(() => reflector.get("ns/healed"), { timeout: 20_000 }).toMatchObject(healed);
  await reflector[Symbol.asyncDispose]();
  return { events, errors, pauses, copy: reflector.list() };
}

const HOSTILE: readonly [string, unknown][] = [
  ["whose managed fields have a null", withMeta({ managedFields: [null] })],
  ["whose labels are a number", withMeta({ labels: 1 })],
  ["whose annotations have a list", withMeta({ annotations: { a: [] } })],
  ["whose version is an object", withMeta({ resourceVersion: {} })],
  ["without a name", withMeta({ name: undefined })],
  ["whose metadata is null", { ...good, metadata: null }],
  ["that is null", null],
];

describe("a hostile API server", () => {
  it.each(HOSTILE)("that tells of an object %s: the copy is listed anew", async (_, object) => {
    const seen = await follow([list("3", good), watch(line("MODIFIED", object))]);
    expect(seen).toMatchObject({ errors: ["PROTOCOL"], pauses: [500] });
    expect(seen.events).toEqual(["added good", "added healed"]);
  });

  it.each(HOSTILE)("that lists an object %s: the list is asked for again", async (_, object) => {
    const seen = await follow([list("3", good, object), list("4", object)]);
    expect(seen).toMatchObject({ errors: ["PROTOCOL", "PROTOCOL"], pauses: [500, 1_000] });
    expect(seen.events).toEqual(["added good", "added healed"]);
  });

  it("that lists without an end is asked again, later each time", async () => {
    const items = Array.from({ length: 50_000 }, () => good);
    const page = json(200, {
      kind: "ConfigMapList",
      metadata: { resourceVersion: "3", continue: "x" },
      items,
    });
    const seen = await follow([page, page, page]);
    expect(seen).toMatchObject({ errors: ["TOO_LARGE"], pauses: [500] });
  });

  it("cannot make the copy grow by telling more and more: it is listed anew", async () => {
    const megabytes = "x".repeat(3 * 1024 * 1024);
    const told = Array.from({ length: 90 }, (_, index) => {
      const { metadata, ...object } = configMap(`more-${index}`);
      return line("ADDED", { ...object, metadata: { ...metadata, annotations: { megabytes } } });
    });
    const keep: NonNullable<ReflectorOptions["keep"]> = ({
      metadata: { annotations: _, ...metadata },
      ...object
    }) => ({
      ...object,
      metadata,
    });
    const annotations: unknown[] = [];
    const seen = await follow([list("3", good), watch(...told)], {
      keep: (object) => {
        annotations.push(object.metadata.annotations);
        return keep(object);
      },
    });
    expect(annotations).toContainEqual({ megabytes });
    expect(seen.errors).toEqual([]);
    expect(seen.events).toContain("added more-84");
    expect(seen.events).not.toContain("added more-89");
    expect(seen.copy.map(({ metadata }) => metadata.name)).toEqual(["good", "healed"]);
  });
});

describe("what a reflector calls", () => {
  it("may throw: nothing is told twice, and the copy is whole", async () => {
    const events: string[] = [];
    const errors: unknown[] = [];
    const fault = new TypeError("of a bug");
    const handlers = [list("3", configMap("a"), configMap("b")), list("4", configMap("a"), configMap("b"))];
    const seen = await follow([...handlers, watch(line("MODIFIED", configMap("a", "2")))], {
      onEvent: ({ type, object }) => {
        events.push(`${type} ${object.metadata.name}`);
        if (object.metadata.name === "a" && type !== "deleted") throw fault;
      },
      onError: (error) => {
        errors.push(error);
        throw fault;
      },
    });
    expect(events).toEqual([
      "added a",
      "added b",
      "modified a",
      "deleted a",
      "deleted b",
      "added good",
      "added healed",
    ]);
    expect(errors).toMatchObject([
      { name: "KubeError", code: "PROTOCOL", cause: fault },
      { name: "KubeError", code: "PROTOCOL", cause: fault },
    ]);
    expect(seen.pauses).toEqual([500, 1_000]);
  });
});
