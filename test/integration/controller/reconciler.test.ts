import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { NOTHING_BESIDES } from "../../../src/apply/target.ts";
import { Cell } from "../../../src/cell/index.ts";
import { Acts } from "../../../src/controller/acts.ts";
import type { GateTarget } from "../../../src/controller/kubernetes/guarded-target.ts";
import { Reconciler, Reporter } from "../../../src/controller/kubernetes/index.ts";
import type { WatchedKind } from "../../../src/controller/kubernetes/watched.ts";
import { createLogger } from "../../../src/controller/logs.ts";
import type { KubeObject } from "../../../src/kube/index.ts";
import { createRegistry } from "../../../src/oci/index.ts";
import { PolicyEngine } from "../../../src/policy/index.ts";
import { openBooks } from "../../support/books.ts";
import { NO_MORE_THAN_FIVE } from "../../support/policies.ts";
import { SHARED_CACHE, signer, World } from "../../support/world.ts";
import { ManualClock } from "./manual-clock.ts";

/** What the cluster is told, without a cluster: for what must happen at a moment that no real one lets a test choose. */
class Bench {
  readonly objects = new Map<string, KubeObject>();
  readonly clock = new ManualClock();
  readonly lines: string[] = [];
  readonly applied: string[] = [];
  readonly statuses: object[] = [];
  /** Commits that other gates were told of. */
  readonly madeKnown: string[] = [];
  held = true;
  /** Called while a change is being judged. */
  meanwhile: () => void = () => undefined;

  put(kind: WatchedKind, name: string, spec: object, metadata: object = {}): void {
    const place = kind === "PolicyBundle" ? {} : { namespace: "payments" };
    const finalizers = ["sluice.dev/gate"];
    const meta = { ...place, name, finalizers, uid: name, generation: 1, resourceVersion: "1", ...metadata };
    const object = { apiVersion: "sluice.dev/v1", kind, metadata: meta, spec };
    this.objects.set(`${kind} ${kind === "PolicyBundle" ? name : `payments/${name}`}`, object);
  }

  putGate(world: World, metadata: object = {}, changes: object = {}): void {
    const source = { git: { url: world.url, ref: { branch: "main" } } };
    const named = { trust: "trust", policies: ["limits"], path: "prod" };
    this.put(
      "Gate",
      "prod",
      { interval: "1m", source, ...named, target: { cluster: {} }, ...changes },
      metadata,
    );
  }

  readonly target: GateTarget = {
    apply: async ({ revision }) => {
      this.applied.push(revision);
      return NOTHING_BESIDES;
    },
    holds: async ({ revision }) => this.applied.at(-1) === revision,
    isIntact: async () => true,
    currentEntry: async () => {
      this.meanwhile();
      return undefined;
    },
    remove: async () => [],
  };

  get told(): string[] {
    const status = this.statuses.at(-1) as { conditions?: Record<string, string>[] } | undefined;
    return (status?.conditions ?? []).map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);
  }
}

describe("a run of a gate", () => {
  const cell = new Cell({ cacheDir: join(SHARED_CACHE, "cell") });
  let policies: PolicyEngine;

  beforeAll(async () => {
    await mkdir(SHARED_CACHE, { recursive: true });
    const cache = { directory: join(SHARED_CACHE, "policies"), key: Buffer.from("of the tests") };
    policies = new PolicyEngine({ cell, cache });
  });
  afterAll(async () => {
    await policies.close();
    await cell.close();
  });

  async function open() {
    const world = await World.open();
    const books = await openBooks();
    onTestFinished(async () => {
      await books[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    });
    const bench = new Bench();
    bench.put("TrustPolicy", "trust", {
      signers: [signer(world.alice)],
      history: { start: "root" },
      commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
      artifacts: [
        {
          match: [`${world.registry.host}/**`],
          signedBy: { any: [{ cosign: { pem: world.imageKey.publicKeyPem } }] },
        },
      ],
    });
    bench.put("PolicyBundle", "limits", { rego: { modules: { "limits.rego": NO_MORE_THAN_FIVE } } });
    bench.putGate(world);
    const log = createLogger("debug", { write: (line) => void bench.lines.push(line) });
    const reporter = new Reporter({
      client: {
        patch: async ({ apiVersion, kind, name }, { body }) => {
          const { status } = body as { status: object };
          bench.statuses.push(status);
          return { apiVersion, kind, metadata: { name, uid: "prod", resourceVersion: "9" }, status };
        },
        create: async (object) => object,
      },
      identity: "test",
      now: Date.now,
      log,
    });
    const gitDir = join(world.state, "cache/git");
    const reconciler = new Reconciler({
      known: { get: (kind, key) => bench.objects.get(`${kind} ${key}`) },
      client: {
        get: async () => undefined,
        patch: async (ref) => ({ ...ref, metadata: { name: ref.name } }),
      },
      policiesDir: world.folder,
      minInterval: 5_000,
      books,
      stages: { cell, policies, registry: createRegistry(), gitDir, now: Date.now },
      policies,
      targets: {
        check: () => undefined,
        owned: async () => [],
        open: async () => bench.target,
        forget: async () => undefined,
      },
      makeKnown: (_, revision) => void bench.madeKnown.push(revision),
      acts: new Acts({ isHeld: () => bench.held }, bench.clock),
      reporter,
      telemetry: { ran() {}, refused() {}, admitted() {}, stage() {}, forget() {} },
      log,
      clock: bench.clock,
      now: Date.now,
    });
    await world.push({ tree: world.tree(1) });
    return { world, bench, run: () => reconciler.run("payments/prod", bench.clock.now()) };
  }

  it("applies what was admitted, tells it once, and is due again after the interval", async () => {
    const { world, bench, run } = await open();
    expect(await run()).toEqual({ kind: "later", after: 60_000 });
    expect(bench.applied).toEqual([world.head]);
    expect(bench.told).toContain("Ready=True Reconciled");
    await run();
    expect(bench.applied).toHaveLength(1);
    expect(bench.statuses).toHaveLength(1);
  });

  it.each([
    ["the trust is deleted", (bench: Bench) => bench.objects.delete("TrustPolicy payments/trust")],
    ["a policy is deleted", (bench: Bench) => bench.objects.delete("PolicyBundle limits")],
  ])("applies nothing where %s while it judges, and says so next time", async (_, remove) => {
    const { bench, run } = await open();
    bench.meanwhile = () => remove(bench);
    expect(await run()).toEqual({ kind: "later", after: 200 });
    expect(bench.statuses).toEqual([]);
    expect(await run()).toMatchObject({ kind: "retry" });
    expect(bench.told).toEqual(
      expect.arrayContaining(["Ready=False MissingResource", "Admitted=False MissingResource"]),
    );
    expect(bench.applied).toEqual([]);
  });

  it("applies nothing where the gate is suspended or changed while it judges, and goes by the new spec", async () => {
    const { world, bench, run } = await open();
    bench.meanwhile = () => bench.putGate(world, { generation: 2 }, { suspend: true });
    expect(await run()).toEqual({ kind: "later", after: 200 });
    expect(await run()).toEqual({ kind: "wait" });
    expect(bench.applied).toEqual([]);
    expect(bench.told).toContain("Ready=Unknown Suspended");
  });

  it("does nothing and tells nothing once the Lease is lost, wherever it is", async () => {
    const { bench, run } = await open();
    bench.meanwhile = () => {
      bench.held = false;
    };
    expect(await run()).toEqual({ kind: "wait" });
    expect(await run()).toEqual({ kind: "wait" });
    expect([bench.applied, bench.statuses]).toEqual([[], []]);
  });

  it("is tried again within the retry interval when it fails, and repeats no words that it does not know", async () => {
    const { world, bench, run } = await open();
    bench.putGate(world, {}, { retryInterval: "7s" });
    bench.meanwhile = () => {
      throw new TypeError("some words");
    };
    expect(await run()).toEqual({ kind: "retry", within: 7_000 });
    expect(bench.told).toContain("Ready=False Unexpected");
    expect(JSON.stringify([bench.statuses, bench.lines])).not.toContain("some words");
  });

  it.each([
    ["0s", 5_000],
    ["4s", 5_000],
    ["6s", 6_000],
  ])("asked for every %s is due again after %i ms", async (interval, after) => {
    const { world, bench, run } = await open();
    bench.putGate(world, {}, { interval, retryInterval: "0s" });
    expect(await run()).toEqual({ kind: "later", after });
    bench.meanwhile = () => {
      throw new TypeError("some words");
    };
    expect(await run()).toEqual({ kind: "retry", within: 5_000 });
  });

  it("makes a commit known that is new to the gate, admitted or not, and no other", async () => {
    const { world, bench, run } = await open();
    const admitted = world.head;
    await run();
    await run();
    const refused = await world.push({ by: world.mallory, tree: world.tree(2) });
    await bench.clock.advance(1); // what is asked for from now on was not told before
    await run();
    await run();
    expect(bench.applied).toEqual([admitted]);
    expect(bench.madeKnown).toEqual([admitted, refused]);
  });

  it("of a gate that is gone does nothing", async () => {
    const { bench, run } = await open();
    bench.objects.delete("Gate payments/prod");
    expect(await run()).toEqual({ kind: "wait" });
    expect([bench.applied, bench.statuses]).toEqual([[], []]);
  });
});
