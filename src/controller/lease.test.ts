import { describe, expect, it } from "vitest";
import { ManualClock } from "../../test/integration/controller/manual-clock.ts";
import { KubeError, type KubeObject } from "../kube/index.ts";
import { type ElectionOptions, LeaseElection } from "./lease.ts";
import { readLease } from "./lease-object.ts";

const LEASE = { namespace: "sluice-system", name: "sluice" };

/** One Lease with the API server's optimistic locking. */
class Server {
  lease: KubeObject | undefined;
  #version = 0;
  /** Requests fail as when the server cannot be reached, before or after they are carried out. */
  down: "before" | "after" | undefined;
  writes = 0;

  readonly client: ElectionOptions["client"] = {
    get: async () => this.#serve(() => this.lease),
    create: async (object) =>
      this.#serve(() => {
        if (this.lease !== undefined) throw new KubeError("EXISTS", "there is one already");
        return this.store(object);
      }),
    update: async (object) =>
      this.#serve(() => {
        if (object.metadata.resourceVersion !== this.lease?.metadata.resourceVersion)
          throw new KubeError("CONFLICT", "the object has been modified");
        return this.store(object);
      }),
  };

  store(object: KubeObject): KubeObject {
    this.writes += 1;
    this.#version += 1;
    this.lease = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    return this.lease;
  }

  get holder(): string | undefined {
    return this.lease && readLease(this.lease).holder;
  }

  async #serve<T>(act: () => T): Promise<T> {
    if (this.down === "before") throw new KubeError("UNREACHABLE", "no route");
    const answer = act();
    if (this.down === "after") throw new KubeError("UNREACHABLE", "the connection was lost");
    return answer;
  }
}

function candidate(server: Server, clock: ManualClock, identity: string) {
  const errors: unknown[] = [];
  const election = new LeaseElection({
    client: server.client,
    lease: LEASE,
    identity,
    clock,
    now: () => new Date(clock.now()),
    onError: (error) => errors.push(error),
  });
  const stop = new AbortController();
  let lost = false;
  void election.lost.then(() => {
    lost = true;
  });
  return { election, errors, stop, lost: () => lost, acquired: election.acquire(stop.signal) };
}

describe("a candidate for the Lease", () => {
  it("takes one that is not there, and keeps it", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(0);
    expect(await one.acquired).toBe(true);
    await clock.advance(600_000);
    expect(one.election.isHeld()).toBe(true);
    expect(one.lost()).toBe(false);
    expect(server.lease).toMatchObject({
      spec: { holderIdentity: "one", leaseDurationSeconds: 15, leaseTransitions: 1 },
    });
  });

  it("leaves one alone that another renews, for as long as it does", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    const two = candidate(server, clock, "two");
    await clock.advance(600_000);
    expect([one.election.isHeld(), two.election.isHeld()]).toEqual([true, false]);
  });

  it("takes over from one that died once it waited for as long as the Lease lasts, whatever the times in it say", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    server.store({
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { ...LEASE },
      spec: { holderIdentity: "dead", leaseDurationSeconds: 15, renewTime: "1999-01-01T00:00:00.000000Z" },
    });
    const two = candidate(server, clock, "two");
    await clock.advance(14_999);
    expect(two.election.isHeld()).toBe(false);
    await clock.advance(1);
    expect(two.election.isHeld()).toBe(true);
  });

  it("takes one that was given up as soon as it sees that", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(0);
    const two = candidate(server, clock, "two");
    await clock.advance(3_000);
    await one.election.release();
    expect(server.holder).toBe("");
    expect(one.election.isHeld()).toBe(false);
    if (server.lease !== undefined) two.election.see(server.lease);
    await clock.advance(0);
    expect(two.election.isHeld()).toBe(true);
    expect(one.lost()).toBe(false);
  });

  it("is not had by two that come at the same time", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const candidates = ["one", "two", "three"].map((name) => candidate(server, clock, name));
    await clock.advance(10_000);
    expect(candidates.filter(({ election }) => election.isHeld())).toHaveLength(1);
  });

  it("stops waiting when it is told to", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    candidate(server, clock, "one");
    await clock.advance(0);
    const two = candidate(server, clock, "two");
    await clock.advance(500);
    two.stop.abort();
    expect(await two.acquired).toBe(false);
    expect(server.holder).toBe("one");
  });

  it("does not knock without pause at a server that refuses it", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    server.down = "before";
    const one = candidate(server, clock, "one");
    await clock.advance(20_000);
    expect(one.errors.length).toBeLessThanOrEqual(11);
    server.down = undefined;
    await clock.advance(2_000);
    expect(one.election.isHeld()).toBe(true);
  });
});

describe("the holder of the Lease", () => {
  it.each(["before", "after"] as const)(
    "stops acting before another can begin, when its renewals fail %s they count",
    async (down) => {
      const [server, clock] = [new Server(), new ManualClock()];
      const one = candidate(server, clock, "one");
      await clock.advance(1_000);
      server.down = down;
      await clock.advance(8_999);
      expect(one.election.isHeld()).toBe(true);
      await clock.advance(1_001);
      expect(one.election.isHeld()).toBe(false);
      expect(one.lost()).toBe(true);
    },
  );

  it("never holds it beside another, wherever the server fails", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(500);
    const two = candidate(server, clock, "two");
    for (let ms = 0; ms < 60_000; ms += 250) {
      // Only the first is cut off: what it sent last arrives, and its answer does not.
      server.down = ms > 5_000 && ms % 2_000 === 1_500 ? "after" : undefined;
      await clock.advance(250);
      expect(one.election.isHeld() && two.election.isHeld()).toBe(false);
    }
    expect(one.election.isHeld() || two.election.isHeld()).toBe(true);
  });

  it("has lost it at once when another has it", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(1_000);
    const taken = { ...server.lease, spec: { holderIdentity: "two", leaseDurationSeconds: 15 } };
    server.store(taken as KubeObject);
    await clock.advance(2_000);
    expect(one.lost()).toBe(true);
    expect(server.holder).toBe("two");
  });

  it("carries on when somebody touched the Lease without taking it", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(1_000);
    if (server.lease !== undefined) server.store(server.lease);
    await clock.advance(30_000);
    expect(one.election.isHeld()).toBe(true);
  });

  it("is not misled by a watch that lags behind", async () => {
    const [server, clock] = [new Server(), new ManualClock()];
    const one = candidate(server, clock, "one");
    await clock.advance(0);
    const early = server.lease;
    await clock.advance(5_000);
    if (early !== undefined) one.election.see(early);
    await clock.advance(30_000);
    expect(one.election.isHeld()).toBe(true);
    expect(one.errors).toEqual([]);
  });
});
