import { describe, expect, it } from "vitest";
import type { Cell, CellProblem, ObjectStatus } from "../../cell/index.ts";
import { computeHealth, type Observed } from "./compute.ts";
import { checkHealthRules } from "./rules.ts";

const object = (name: string): Observed => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const RULE = { apiVersion: "example.com/v1", kind: "Widget", current: "status.ready" };
const PROBLEM: CellProblem = { code: "CEL_COMPILE", message: "m", file: "rules[0].current", row: 1, col: 8 };

const answering = (...value: ObjectStatus[]): Pick<Cell, "computeStatus"> => ({
  computeStatus: () => Promise.resolve({ ok: true, value }),
});

const refusing = (problem: CellProblem): Pick<Cell, "computeStatus" | "checkStatusRules"> => ({
  computeStatus: () => Promise.resolve({ ok: false, problems: [problem] }),
  checkStatusRules: () => Promise.resolve({ ok: false, problems: [problem] }),
});

describe("computeHealth", () => {
  it("hands on what the cell says", async () => {
    const said: ObjectStatus[] = [
      { status: "Current", message: "a" },
      { status: "Failed", message: "b" },
    ];
    expect(await computeHealth([object("a"), object("b")], [], answering(...said))).toEqual(said);
  });

  it("makes one line of it, of bounded length", async () => {
    const said: ObjectStatus = { status: "Failed", message: `a\nReady: True\n${"x".repeat(10_000)}` };
    const [health] = await computeHealth([object("a")], [], answering(said));
    expect(health?.message).not.toContain("\n");
    expect(health?.message.length).toBeLessThan(1_000);
  });

  it("rules that are refused leave every object Unknown", async () => {
    const health = await computeHealth([object("a"), object("b")], [RULE], refusing(PROBLEM));
    expect(health.map(({ status }) => status)).toEqual(["Unknown", "Unknown"]);
  });

  it("a fault of the cell is a fault", async () => {
    const broken = { computeStatus: () => Promise.reject(new TypeError("broken")) };
    await expect(computeHealth([object("a")], [], broken)).rejects.toThrow(TypeError);
  });
});

describe("checkHealthRules", () => {
  it("gives the rules back where all compile", async () => {
    const cell: Pick<Cell, "checkStatusRules"> = {
      checkStatusRules: () => Promise.resolve({ ok: true, value: { rules: 1 } }),
    };
    expect(await checkHealthRules([RULE], cell)).toEqual({ ok: true, value: [RULE] });
  });

  it("refuses with the place, as the operator wrote it", async () => {
    expect(await checkHealthRules([RULE], refusing(PROBLEM))).toMatchObject({
      ok: false,
      refusals: [{ code: "CEL_COMPILE", subject: "healthChecks[0].current:1:8" }],
    });
    const whole = refusing({ code: "BAD_RULE", message: "m", file: "rules" });
    expect(await checkHealthRules([RULE], whole)).toMatchObject({
      refusals: [{ code: "BAD_RULE", subject: "healthChecks", remedy: expect.stringMatching(/./) }],
    });
  });
});
