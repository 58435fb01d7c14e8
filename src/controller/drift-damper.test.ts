import { expect, it } from "vitest";
import { ManualClock } from "../../test/integration/controller/manual-clock.ts";
import { DriftDamper } from "./drift-damper.ts";

const GATE = "payments/prod";

it("puts drift back at once, and what follows at longer and longer pauses", async () => {
  const clock = new ManualClock();
  const damper = new DriftDamper(clock);
  const delays: number[] = [];
  for (let correction = 0; correction < 5; correction++) {
    delays.push(damper.delayFor(GATE));
    await clock.advance((delays.at(-1) ?? 0) + 1);
  }
  expect(delays).toEqual([0, 999, 1_999, 3_999, 7_999]);
});

it("has everything that is seen meanwhile wait for the same correction, and no other gate", async () => {
  const clock = new ManualClock();
  const damper = new DriftDamper(clock);
  damper.delayFor(GATE);
  await clock.advance(400);
  expect([damper.delayFor(GATE), damper.delayFor(GATE)]).toEqual([600, 600]);
  expect(damper.delayFor("payments/other")).toBe(0);
  await clock.advance(500);
  expect(damper.delayFor(GATE)).toBe(100);
});

it("never waits longer than five minutes, and begins anew after a quiet time", async () => {
  const clock = new ManualClock();
  const damper = new DriftDamper(clock);
  const delays: number[] = [];
  for (let correction = 0; correction < 20; correction++) {
    delays.push(damper.delayFor(GATE));
    await clock.advance((delays.at(-1) ?? 0) + 1);
  }
  expect(Math.max(...delays)).toBe(299_999);
  await clock.advance(600_000);
  expect(damper.delayFor(GATE)).toBe(0);
});

it("does not begin anew while the pause is only just over", async () => {
  const clock = new ManualClock();
  const damper = new DriftDamper(clock);
  damper.delayFor(GATE);
  await clock.advance(59_999);
  damper.delayFor(GATE);
  expect(damper.delayFor(GATE)).toBe(0);
  await clock.advance(1);
  expect(damper.delayFor(GATE)).toBe(1_999);
});
