import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import { standingOf } from "./standing.ts";
import type { WatchedKind } from "./watched.ts";

function object(kind: WatchedKind, name: string, metadata: object = {}): KubeObject {
  const spec = { trust: "trust", policies: ["baseline"] };
  const meta = { namespace: "payments", name, uid: "u1", generation: 1, ...metadata };
  return { apiVersion: "sluice.dev/v1", kind, metadata: meta, spec };
}

function world() {
  const objects = new Map<string, KubeObject>();
  const put = (kind: WatchedKind, key: string, found: KubeObject) => objects.set(`${kind} ${key}`, found);
  put("Gate", "payments/prod", object("Gate", "prod"));
  put("TrustPolicy", "payments/trust", object("TrustPolicy", "trust"));
  put("PolicyBundle", "baseline", object("PolicyBundle", "baseline"));
  const remove = (kind: WatchedKind, key: string) => objects.delete(`${kind} ${key}`);
  return { put, remove, get: (kind: WatchedKind, key: string) => objects.get(`${kind} ${key}`) };
}

describe("what a run is based on", () => {
  it("stands while nothing of it changes but statuses, and other things", () => {
    const known = world();
    const check = standingOf(object("Gate", "prod"), known);
    known.put("Gate", "payments/prod", object("Gate", "prod", { resourceVersion: "2", labels: { a: "b" } }));
    known.put("TrustPolicy", "payments/other", object("TrustPolicy", "other"));
    expect(() => check()).not.toThrow();
  });

  it.each([
    ["the gate", "Gate", "payments/prod"],
    ["its trust", "TrustPolicy", "payments/trust"],
    ["a policy of it", "PolicyBundle", "baseline"],
  ] as const)("does not stand when %s is changed, made anew, being deleted or gone", (_, kind, key) => {
    const name = key.split("/").at(-1) ?? "";
    for (const change of [{ generation: 2 }, { uid: "u2" }, { deletionTimestamp: "2026-06-01T12:00:00Z" }]) {
      const known = world();
      const check = standingOf(object("Gate", "prod"), known);
      known.put(kind, key, object(kind, name, change));
      expect(check).toThrow(expect.objectContaining({ code: "OUTDATED" }));
    }
    const known = world();
    const check = standingOf(object("Gate", "prod"), known);
    known.remove(kind, key);
    expect(check).toThrow(expect.objectContaining({ code: "OUTDATED" }));
  });
});
