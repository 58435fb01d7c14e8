import { expect, it } from "vitest";
import { ManualClock, settle } from "../../test/integration/controller/manual-clock.ts";
import { Acts } from "./acts.ts";

function bench() {
  const clock = new ManualClock();
  const lease = { held: true, isHeld: () => lease.held };
  return { clock, lease, acts: new Acts(lease, clock) };
}

it("acts while the Lease is held, and not after", async () => {
  const { acts, lease } = bench();
  let acted = 0;
  const act = async () => {
    acted += 1;
    return "done";
  };
  expect(await acts.run(act)).toBe("done");
  lease.held = false;
  expect(acts.allowed).toBe(false);
  await expect(acts.run(act)).rejects.toMatchObject({ code: "LEASE_LOST" });
  expect(acted).toBe(1);
});

it("begins nothing once it is forbidden, and waits for what was begun", async () => {
  const { acts } = bench();
  const slow = Promise.withResolvers<void>();
  const running = acts.run(() => slow.promise);
  acts.forbid();
  await expect(acts.run(async () => undefined)).rejects.toMatchObject({ code: "LEASE_LOST" });
  let quiet: boolean | undefined;
  const settled = acts.settle(1_000).then((answer) => {
    quiet = answer;
  });
  await settle();
  expect(quiet).toBeUndefined();
  slow.resolve();
  await Promise.all([running, settled]);
  expect(quiet).toBe(true);
});

it("gives up waiting for what does not end, and need not wait where nothing was begun", async () => {
  const { acts, clock } = bench();
  expect(await acts.settle(1_000)).toBe(true);
  void acts.run(() => new Promise(() => undefined));
  acts.forbid();
  const settled = acts.settle(1_000);
  await clock.advance(1_000);
  expect(await settled).toBe(false);
});
