import { describe, expect, test as it } from "vitest";
import { runScheduled, waitAfter } from "./schedule.ts";

describe("the schedule", () => {
  it("waits the interval after a run, and doubles from a second after faults, up to a bound", () => {
    expect([0, 1, 2, 3, 30].map((faults) => waitAfter(faults, 60_000))).toEqual([
      60_000, 1_000, 2_000, 4_000, 300_000,
    ]);
  });

  it("runs again until it is told to stop, and never twice at the same time", async () => {
    const controller = new AbortController();
    let running = 0;
    let runs = 0;
    const run = async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      runs += 1;
      if (runs === 5) controller.abort();
    };
    await runScheduled([{ interval: 0, run }], { signal: controller.signal, random: () => 0.5 });
    expect(runs).toBe(5);
  });

  it("a fault does not end the schedule, and stops neither itself nor the others", async () => {
    const controller = new AbortController();
    const seen: string[] = [];
    const faulty = async (): Promise<void> => {
      seen.push("fault");
      throw new Error("the network is down");
    };
    const fine = async (): Promise<void> => {
      seen.push("fine");
      if (seen.filter((each) => each === "fine").length === 3) controller.abort();
    };
    const entries = [
      { interval: 0, run: faulty },
      { interval: 0, run: fine },
    ];
    await runScheduled(entries, { signal: controller.signal, random: () => 0.5 });
    expect(seen).toEqual(expect.arrayContaining(["fault", "fine", "fine", "fine"]));
  });
});
