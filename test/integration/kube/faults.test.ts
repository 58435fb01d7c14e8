import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { CANARY, findCanary } from "../../support/canary.ts";
import { describeWithTools } from "../../support/tools.ts";
import { configMap, FaultServer, type Handler, json, refusal } from "./fault-server.ts";

const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "ns", name: "a" };
const secret = { ...ref, kind: "Secret" };
const fine = json(200, configMap("a"));
const busy = refusal(429, "TooManyRequests", "later", { "retry-after": "0" });
const hangUp: Handler = (request) => request.socket.destroy();

describeWithTools(["time"], "trying again", () => {
  it("comes back after 429 and 503 when it is told when, up to three tries", async () => {
    const starting = refusal(503, "ServiceUnavailable", "starting", { "retry-after": "0" });
    await using server = await FaultServer.start([busy, starting, fine]);
    expect(await server.client.get(ref)).toMatchObject({ kind: "ConfigMap" });
    expect(server.asked).toHaveLength(3);
  });

  it("gives up after the third", async () => {
    await using server = await FaultServer.start([busy]);
    await expect(server.client.get(ref)).rejects.toMatchObject({
      code: "TOO_MANY_REQUESTS",
      status: 429,
      retryAfterMs: 0,
      transient: true,
    });
    expect(server.asked).toHaveLength(3);
  });

  it.each<[string, Handler, string]>([
    ["without Retry-After", refusal(503, "ServiceUnavailable", "starting"), "SERVER"],
    ["for a pause that is too long", refusal(429, "", "", { "retry-after": "11" }), "TOO_MANY_REQUESTS"],
    ["after 500", refusal(500, "InternalError", "oops", { "retry-after": "0" }), "SERVER"],
    ["after 409", refusal(409, "Conflict", "another", { "retry-after": "0" }), "CONFLICT"],
  ])("does not %s", async (_, handler, code) => {
    await using server = await FaultServer.start([handler]);
    await expect(server.client.get(ref)).rejects.toMatchObject({ code });
    expect(server.asked).toHaveLength(1);
  });

  it("sends once what must not happen twice", async () => {
    await using server = await FaultServer.start([busy]);
    await expect(server.client.create(configMap("a"))).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
    await expect(server.client.delete(ref)).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS" });
    expect(server.asked).toHaveLength(2);
    await expect(server.client.delete(ref, { uid: "u" })).rejects.toMatchObject({
      code: "TOO_MANY_REQUESTS",
    });
    expect(server.asked).toHaveLength(5);
  });

  it("takes a new connection where the old one is gone, once", async () => {
    await using server = await FaultServer.start([hangUp, fine, hangUp]);
    expect(await server.client.get(ref)).toMatchObject({ kind: "ConfigMap" });
    await expect(server.client.get(ref)).rejects.toMatchObject({ code: "UNREACHABLE", transient: true });
    expect(server.asked).toHaveLength(4);
  });
});

describeWithTools(["time"], "answers", () => {
  const endless: Handler = (_, response) => {
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    response.writeHead(200);
    Readable.from(repeat(chunk)).pipe(response);
  };

  it.each<[string, Handler, string]>([
    ["cut off", cutAfter("{"), "UNREACHABLE"],
    ["without an end", endless, "TOO_LARGE"],
    ["that is no JSON", (_, response) => void response.end("<html>"), "PROTOCOL"],
    ["that is no object", json(200, []), "PROTOCOL"],
    ["with a status of its own", json(299, { kind: "Status" }), "PROTOCOL"],
  ])("%s are refused", async (_, handler, code) => {
    await using server = await FaultServer.start([handler]);
    await expect(server.client.get(ref)).rejects.toMatchObject({ code });
  });

  it("do not come: the request ends at its timeout", async () => {
    await using server = await FaultServer.start([() => undefined], { timeoutMs: 100 });
    await expect(server.client.get(ref)).rejects.toMatchObject({ code: "TIMEOUT", transient: true });
  });

  it("come byte by byte: the request ends at its timeout all the same", async () => {
    const slow: Handler = (_, response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    };
    await using server = await FaultServer.start([slow], { timeoutMs: 200 });
    await expect(server.client.get(ref)).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("from where nobody listens", async () => {
    const server = await FaultServer.start([fine]);
    const { client } = server;
    expect(await client.get(ref)).toMatchObject({ kind: "ConfigMap" });
    await server[Symbol.asyncDispose]();
    await expect(client.get(ref)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  it("of a type that is gone are told apart from those of an object that is", async () => {
    const absent = json(404, { kind: "Status", code: 404, reason: "NotFound", details: { name: "a" } });
    const unknown: Handler = (_, response) => void response.writeHead(404).end("404 page not found\n");
    await using server = await FaultServer.start([absent, absent, unknown]);
    const { client } = server;
    expect(await client.get(ref)).toBeUndefined();
    expect(await client.delete(ref)).toBe("absent");
    const gone = { code: "NO_SUCH_KIND" };
    await expect(client.get(ref)).rejects.toMatchObject(gone);
    await expect(client.delete(ref)).rejects.toMatchObject(gone);
    await expect(client.list(ref)).rejects.toMatchObject(gone);
    await expect(client.create(configMap("a"))).rejects.toMatchObject(gone);
  });
});

describeWithTools(["time"], "a redirect", () => {
  it.each([301, 302, 307, 308])("with %i is refused, and no credential follows it", async (status) => {
    await using elsewhere = await FaultServer.start([fine]);
    const location = `${elsewhere.origin}/api/v1/namespaces/ns/configmaps/a`;
    await using server = await FaultServer.start([json(status, {}, { location })]);
    await expect(server.client.get(ref)).rejects.toMatchObject({ code: "PROTOCOL", status });
    expect(elsewhere.asked).toEqual([]);
    expect(await elsewhere.client.get(ref)).toMatchObject({ kind: "ConfigMap" });
  });
});

describeWithTools(["time"], "discovery", () => {
  const old = json(200, { kind: "APIVersions", versions: ["v1"] });

  it.each<[string, Handler, string]>([
    ["older than aggregated discovery", old, "PROTOCOL"],
    ["that lets nobody look", refusal(403, "Forbidden", "no"), "FORBIDDEN"],
    ["that is broken", refusal(500, "InternalError", "oops"), "SERVER"],
  ])("of a server %s is a fault, and no kind is said to be missing", async (_, discovery, code) => {
    await using server = await FaultServer.start([fine], { discovery });
    await expect(server.client.get(ref)).rejects.toMatchObject({ code });
    await expect(server.client.resourceOf("v1", "ConfigMap")).rejects.toMatchObject({ code });
    expect(server.asked).toEqual([]);
  });

  it("is one look for all who ask, and none for what is known", async () => {
    await using server = await FaultServer.start([fine]);
    const { client } = server;
    await Promise.all(["ConfigMap", "Secret", "Nothing"].map((kind) => client.resourceOf("v1", kind)));
    expect(client.requests).toBe(2);
    expect(await client.resourceOf("v1", "Secret")).toMatchObject({ plural: "secrets", namespaced: true });
    expect(client.requests).toBe(2);
    expect(await client.resourceOf("v1", "Nothing")).toBeUndefined();
    expect(client.requests).toBe(4);
  });
});

describeWithTools(["time"], "a token", () => {
  const unauthorized = refusal(401, "Unauthorized", "Unauthorized");

  it("that was replaced is read anew before a 401 is believed", async () => {
    const tokens = ["old", "new"];
    const token = async (): Promise<string> => tokens.shift() ?? "new";
    await using server = await FaultServer.start([unauthorized, fine], { token });
    // Discovery is answered without a look at the token.
    expect(await server.client.get(ref)).toMatchObject({ kind: "ConfigMap" });
    expect(server.tokens).toEqual(["Bearer old", "Bearer new"]);
  });

  it("that stayed the same is not sent again", async () => {
    await using server = await FaultServer.start([unauthorized]);
    await expect(server.client.get(ref)).rejects.toMatchObject({ code: "UNAUTHORIZED", transient: false });
    expect(server.asked).toHaveLength(1);
  });
});

describeWithTools(["time"], "nothing secret is said", () => {
  const held = { ...configMap("a"), kind: "Secret", stringData: { password: CANARY } };
  const quoting: Handler = json(422, {
    kind: "Status",
    code: 422,
    reason: "Invalid",
    message: `stringData: Invalid value: ${JSON.stringify(CANARY)}`,
    details: {
      causes: [
        { reason: "FieldValueInvalid", field: "stringData.password", message: `got ${CANARY}` },
        { reason: "FieldManagerConflict", field: ".data.password", message: 'conflict with "kubectl"' },
      ],
    },
  });

  it("of a Secret that was sent, whatever the API server repeats; fields and managers stay", async () => {
    await using server = await FaultServer.start([quoting]);
    const { client } = server;
    const attempts = [
      client.create(held),
      client.apply(held, { fieldManager: "sluice" }),
      client.update(held),
      client.patch(secret, { type: "merge", body: held }),
    ];
    for (const { reason } of (await Promise.allSettled(attempts)).filter(isRejected)) {
      expect(reason).toMatchObject({ code: "INVALID", causes: [{ field: "stringData.password" }, {}] });
      expect(reason.causes[1].message).toContain("kubectl");
      expect(findCanary(reason)).toEqual([]);
    }
    expect(server.asked).toHaveLength(4);
    // The near miss: of anything else the server's words are what a person needs.
    const error: unknown = await client.create(configMap("a")).catch((fault: unknown) => fault);
    expect(findCanary(error)).not.toEqual([]);
  });

  const quotes: Handler = (_, response) => void response.end(`{"data": "${encodeURIComponent(CANARY)}`);
  const breaksHttp: Handler = (request) => void request.socket.end(`HTTP/1.1 ${CANARY}\r\n\r\n`);

  it.each<[string, Handler]>([
    ["is no JSON", quotes],
    ["is no HTTP", breaksHttp],
    ["is cut off", cutAfter(CANARY)],
  ])("of an answer that %s, nor of the token", async (_, handler) => {
    const token = async (): Promise<string> => CANARY;
    await using server = await FaultServer.start([handler], { token });
    const error: unknown = await server.client.get(secret).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(Error);
    expect(server.tokens).toContain(`Bearer ${CANARY}`);
    expect(findCanary(error)).toEqual([]);
    expect(findCanary(server.client)).toEqual([]);
  });
});

function cutAfter(text: string): Handler {
  return (_, response) => {
    response.writeHead(200, { "content-length": "1000" });
    response.write(text, () => response.destroy());
  };
}

function* repeat(chunk: Buffer): Generator<Buffer> {
  for (;;) yield chunk;
}

function isRejected(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === "rejected";
}
