import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { parseAddress } from "./address.ts";
import { createMetrics } from "./metrics.ts";
import { metricsRoutes, probeRoutes } from "./probes.ts";
import { PageServer, type Routes } from "./server.ts";

async function serve(routes: Routes): Promise<string> {
  const server = await PageServer.listen({ host: "127.0.0.1", port: 0 }, routes);
  onTestFinished(() => server[Symbol.asyncDispose]());
  return `http://127.0.0.1:${server.port}`;
}

async function statusOf(url: string, init?: RequestInit): Promise<number> {
  const answer = await fetch(url, init);
  await answer.body?.cancel();
  return answer.status;
}

it("is ready when all is listed, and it acts or stands by", async () => {
  const state: { synced: boolean; role: "leader" | "standby" | undefined } = {
    synced: false,
    role: "standby",
  };
  const url = await serve(probeRoutes({ isSynced: () => state.synced, role: () => state.role }));
  expect(await statusOf(`${url}/healthz`)).toBe(200);
  expect(await statusOf(`${url}/readyz`)).toBe(503);
  state.synced = true;
  for (const role of ["standby", "leader"] as const) {
    state.role = role;
    expect(await (await fetch(`${url}/readyz?verbose`)).text()).toBe(`${role}\n`);
  }
  state.role = undefined;
  expect(await statusOf(`${url}/readyz`)).toBe(503);
});

it("knows its pages, and nothing else", async () => {
  const url = await serve(probeRoutes({ isSynced: () => true, role: () => "leader" }));
  expect(await statusOf(`${url}/`)).toBe(404);
  expect(await statusOf(`${url}/__proto__`)).toBe(404);
  expect(await statusOf(`${url}/readyz/`)).toBe(404);
  expect(
    await statusOf(`${url}/readyz`, { method: "POST", body: "x".repeat(1_000_000) }).catch(() => 405),
  ).toBe(405);
  expect(await statusOf(`${url}/readyz`, { headers: { padding: "x".repeat(10_000) } })).toBe(431);
});

it("a page that cannot be made is a fault without words", async () => {
  const url = await serve({ "/page": () => Promise.reject(new Error("the words")) });
  const answer = await fetch(`${url}/page`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("words");
});

it("ends with connections open", async () => {
  const server = await PageServer.listen({ host: "127.0.0.1", port: 0 }, {});
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  const ended = text(socket).catch(() => "reset");
  await server[Symbol.asyncDispose]();
  expect(await ended).not.toContain("200");
});

it("tells metrics as they are when asked", async () => {
  let size: number | undefined = 4;
  const metrics = createMetrics({
    queueDepth: () => 3,
    queueRunning: () => 1,
    logSize: () => size,
    isLeader: () => true,
    apiRequests: () => 17,
  });
  metrics.ran("admitted", 120);
  metrics.refused(["UNSIGNED", "UNSIGNED"]);
  metrics.admitted("payments/prod", 1_000);
  metrics.admitted("payments/old", 1_000);
  metrics.forget("payments/old");
  metrics.stage("verify", 3);
  const url = await serve(metricsRoutes(metrics));
  const first = await (await fetch(`${url}/metrics`)).text();
  const expected = [
    'sluice_reconcile_duration_seconds_count{result="admitted"} 1',
    'sluice_refusals_total{code="UNSIGNED"} 2',
    'sluice_last_admitted_timestamp_seconds{gate="payments/prod"} 1',
    'sluice_stage_duration_seconds_sum{stage="verify"} 0.003',
    "sluice_queue_depth 3",
    "sluice_audit_log_entries 4",
    "sluice_leader 1",
    "sluice_api_requests_total 17",
  ];
  expect(first.split("\n")).toEqual(expect.arrayContaining(expected));
  expect(first).not.toContain("payments/old");
  size = undefined;
  expect(await (await fetch(`${url}/metrics`)).text()).not.toContain("sluice_audit_log_entries 4");
});

it.each([
  ["127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }],
  ["[::1]:0", { host: "::1", port: 0 }],
  [":8081", { host: "::", port: 8081 }],
  ["localhost:1", { host: "localhost", port: 1 }],
])("%s is an address", (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

it.each([
  "",
  "8080",
  "localhost",
  "::1:80",
  "127.0.0.1:65536",
  "127.0.0.1:-1",
  "a b:80",
  "[::1]",
  "host:80/x",
])("%j is none", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});
