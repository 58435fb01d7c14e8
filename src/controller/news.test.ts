import { describe, expect, it } from "vitest";
import { ManualClock } from "../../test/integration/controller/manual-clock.ts";
import { News } from "./news.ts";

const PAUSE = 5_000;

function open() {
  const clock = new ManualClock();
  const news = new News({ clock, pause: PAUSE });
  return { clock, delayOf: (revision: string, source = "config") => news.delayOf(source, revision) };
}

describe("a commit that one gate found", () => {
  it("is told at once, and once", async () => {
    const { clock, delayOf } = open();
    expect(delayOf("a")).toBe(0);
    expect(delayOf("a")).toBeUndefined();
    await clock.advance(PAUSE);
    expect(delayOf("a")).toBeUndefined();
    expect(delayOf("b")).toBe(0);
    expect(delayOf("b", "other")).toBe(0);
  });

  it("is told after the pause where another was told a moment ago, and with all that came meanwhile", async () => {
    const { clock, delayOf } = open();
    expect(delayOf("a")).toBe(0);
    await clock.advance(1_000);
    expect(delayOf("b")).toBe(PAUSE - 1_000);
    expect(delayOf("c")).toBeUndefined();
    await clock.advance(PAUSE - 1_000);
    expect(delayOf("d")).toBe(PAUSE);
  });

  it("is told no more often than that where the source shows now this and now that", async () => {
    const { clock, delayOf } = open();
    let looks = 0;
    for (let second = 0; second < 60; second++) {
      if (delayOf(second % 2 === 0 ? "a" : "b") !== undefined) looks += 1;
      await clock.advance(1_000);
    }
    expect(looks).toBe(1 + 60_000 / PAUSE); // at the beginning, and at the end of each pause
  });
});
