import { describe, expect, it, onTestFinished } from "vitest";
import { openBooks } from "../../../test/support/books.ts";
import { admission, denial, found, NOW } from "../../../test/support/findings.ts";
import { gateStatusSchema } from "../../api/index.ts";
import type { Books } from "../../gate/index.ts";
import { asRecorded, recordDecision, recordOutcome } from "../../gate/record.ts";
import type { GateFault } from "../fault.ts";
import { findCondition } from "./conditions.ts";
import { eventsOf } from "./events.ts";
import type { GateHealth, GateResult } from "./result.ts";
import { type ControllerStatus, type StatusInput, toStatus } from "./status.ts";

/** A gate's log and its status, run after run. */
class Story {
  status: ControllerStatus | undefined;
  events: string[] = [];
  now = NOW;
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  static async begin(): Promise<Story> {
    const books = await openBooks();
    onTestFinished(() => books[Symbol.asyncDispose]());
    return new Story(books);
  }

  tell(result: GateResult, more: Partial<StatusInput> = {}): ControllerStatus {
    this.now += 60_000;
    const history = this.#books.ledger.historyOf(found.gate);
    const input = { generation: 1, requestedAt: undefined, history, result, now: this.now, ...more };
    const next = toStatus({ previous: this.status, ...input });
    expect(gateStatusSchema.safeParse(next).error).toBeUndefined();
    this.events = eventsOf(this.status, next).map(({ type, reason }) => `${type} ${reason}`);
    this.status = next;
    return next;
  }

  async admit(digit = "a", health?: GateHealth): Promise<ControllerStatus> {
    const decision = await recordDecision(admission(digit), this.#books);
    const pending = this.#books.ledger.pendingOf(found.gate);
    if (pending !== undefined)
      await recordOutcome(pending, { result: "applied", message: "", at: this.now }, this.#books);
    return this.tell({ kind: "reconciled", decision, health, drifted: [] });
  }

  async deny(digit = "b"): Promise<ControllerStatus> {
    const decision = await recordDecision(denial(digit), this.#books);
    return this.tell({ kind: "reconciled", decision, health: undefined, drifted: [] });
  }

  /** Looks again, and finds the last decision as it is in the log. */
  again(
    verdict: "admit" | "deny",
    digit: string,
    health?: GateHealth,
    drifted: readonly string[] = [],
  ): ControllerStatus {
    const decision = verdict === "admit" ? admission(digit) : denial(digit);
    const { last, lastAdmit } = this.#books.ledger.historyOf(found.gate);
    const entry = (verdict === "admit" ? lastAdmit : last)?.entry;
    if (entry === undefined) throw new TypeError("nothing is recorded yet");
    return this.tell({ kind: "reconciled", decision: asRecorded(decision, entry), health, drifted });
  }

  async leavePending(digit = "a"): Promise<void> {
    await recordDecision(admission(digit), this.#books);
  }
}

/** `Ready=True Reconciled` and so on. */
function conditions(status: ControllerStatus | undefined): string[] {
  return (status?.conditions ?? []).map(({ type, status, reason }) => `${type}=${status} ${reason}`);
}

const WORKS: GateHealth = {
  status: "Current",
  message: "all 3 objects are as they should be",
  required: true,
};
const STARTS: GateHealth = { status: "InProgress", message: "1 of 3 objects is on its way", required: true };
const FAILS: GateHealth = {
  status: "Failed",
  message: "apps/v1 Deployment payments/api failed",
  required: true,
};

function fault(area: GateFault["area"], lasting: boolean, code = "MISSING_RESOURCE"): GateResult {
  return { kind: "fault", fault: { area, code, message: "it is not there", remedy: "make it", lasting } };
}

describe("the status of a gate whose change", () => {
  it("was admitted and applied", async () => {
    const story = await Story.begin();
    const status = await story.admit("a");
    expect(conditions(status)).toEqual([
      "Ready=True Reconciled",
      "Verified=True Verified",
      "Admitted=True Admitted",
      "Applied=True Applied",
    ]);
    expect(status).toMatchObject({
      observedGeneration: 1,
      attempted: { revision: "a".repeat(40), at: "2026-06-01T12:00:00Z" },
      admitted: { revision: "a".repeat(40), entry: { index: 0 } },
      applied: { revision: "a".repeat(40), entry: { index: 0 } },
    });
    expect(status.refused).toBeUndefined();
    expect(story.events).toEqual(["Normal Applied"]);
  });

  it.each(["admit", "deny"] as const)(
    "stands, and is not as it was applied any more, tells which objects, once (%s)",
    async (verdict) => {
      const story = await Story.begin();
      await story.admit("a");
      if (verdict === "deny") await story.deny("b");
      const look = (...drifted: string[]): [string, boolean, readonly string[]] => {
        const status = story.again(verdict, verdict === "admit" ? "a" : "b", undefined, drifted);
        const { reason = "", message = "" } = findCondition(status, "Applied") ?? {};
        return [reason, ["one", "two"].every((name) => message.includes(name)), story.events];
      };
      expect(look("one", "two")).toEqual(["Applied", true, ["Warning Applied"]]);
      expect(look("two", "one")).toEqual(["Applied", true, []]);
      expect(look("two")).toEqual(["Applied", false, ["Warning Applied"]]);
      expect(look()).toEqual(["Applied", false, ["Warning Applied"]]);
      expect(look()).toEqual(["Applied", false, []]);
    },
  );

  it("was refused before anything was applied", async () => {
    const story = await Story.begin();
    const status = await story.deny("b");
    expect(conditions(status)).toEqual([
      "Ready=False Unsigned",
      "Verified=False Unsigned",
      "Admitted=False Unsigned",
      "Applied=False NothingApplied",
      "Stalled=True Unsigned",
    ]);
    expect(status.refused).toMatchObject({ stage: "verify", total: 1, reasons: [{ code: "UNSIGNED" }] });
    expect(story.events).toEqual(["Warning Unsigned"]);
  });

  it("was refused after another was applied, which stays in place; and is mended", async () => {
    const story = await Story.begin();
    await story.admit("a");
    const refused = await story.deny("b");
    expect(conditions(refused)).toContain("Applied=True Applied");
    expect(refused).toMatchObject({
      applied: { revision: "a".repeat(40) },
      refused: { entry: { index: 2 } },
    });
    const mended = await story.admit("c");
    expect(conditions(mended)).toContain("Ready=True Reconciled");
    expect(mended.refused).toBeUndefined();
    expect(conditions(mended).some((each) => each.startsWith("Stalled"))).toBe(false);
  });

  it("was refused, and the branch was taken back to what was admitted", async () => {
    const story = await Story.begin();
    await story.admit("a");
    await story.deny("b");
    const back = story.again("admit", "a");
    expect(conditions(back)[0]).toBe("Ready=True Reconciled");
    expect(back.refused).toBeUndefined();
  });
});

describe("a run that finds all as it was", () => {
  it("gives the very status that is there, and no event", async () => {
    const story = await Story.begin();
    const first = await story.admit("a", WORKS);
    expect(story.again("admit", "a", WORKS)).toEqual(first);
    expect(story.events).toEqual([]);
    const refused = await story.deny("b");
    expect(story.again("deny", "b")).toEqual(refused);
    expect(story.events).toEqual([]);
    const broken = story.tell(fault("configuration", true));
    expect(story.tell(fault("configuration", true))).toEqual(broken);
    expect(story.events).toEqual([]);
  });

  it("gives another one for another generation or request", async () => {
    const story = await Story.begin();
    const first = await story.admit("a");
    const generation = story.tell({ kind: "suspended" }, { generation: 2, requestedAt: "now" });
    expect(generation.observedGeneration).toBe(2);
    expect(generation.lastHandledRequest).toBeUndefined();
    expect(generation.admitted).toEqual(first.admitted);
    expect(story.tell(fault("source", false), { requestedAt: "now" }).lastHandledRequest).toBe("now");
  });
});

describe("the time of a condition", () => {
  it("changes with its status, and not with its reason", async () => {
    const story = await Story.begin();
    const at = () => story.status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime;
    await story.deny("b");
    const refused = at();
    story.tell(fault("source", false, "UNREACHABLE"));
    expect(at()).toBe(refused);
    await story.admit("c");
    expect(at()).not.toBe(refused);
  });
});

describe("health", () => {
  it("that is waited for holds Ready back, and fails it", async () => {
    const story = await Story.begin();
    expect(conditions(await story.admit("a", STARTS))).toEqual([
      "Ready=Unknown InProgress",
      "Verified=True Verified",
      "Admitted=True Admitted",
      "Applied=True Applied",
      "Healthy=Unknown InProgress",
      "Reconciling=True InProgress",
    ]);
    expect(conditions(story.again("admit", "a", FAILS))).toEqual(
      expect.arrayContaining(["Ready=False Unhealthy", "Healthy=False Unhealthy", "Stalled=True Unhealthy"]),
    );
    expect(story.events).toEqual(["Warning Unhealthy"]);
    expect(conditions(story.again("admit", "a", WORKS))).toContain("Healthy=True Healthy");
    expect(story.events).toEqual(["Normal Healthy", "Normal Reconciled"]);
  });

  it("that is not waited for is told, and holds nothing back", async () => {
    const story = await Story.begin();
    const told = conditions(await story.admit("a", { ...FAILS, required: false }));
    expect(told).toEqual(expect.arrayContaining(["Ready=True Reconciled", "Healthy=False Unhealthy"]));
  });
});

describe("a fault", () => {
  it.each([
    ["configuration", true, "Verified=False MissingResource", "Stalled=True MissingResource"],
    ["source", false, "Verified=Unknown MissingResource", "Reconciling=True MissingResource"],
    ["log", false, "Admitted=Unknown MissingResource", "Reconciling=True MissingResource"],
    ["target", true, "Applied=Unknown MissingResource", "Stalled=True MissingResource"],
  ] as const)(
    "of the %s is told where it belongs, and leaves what was applied",
    async (area, lasting, one, two) => {
      const story = await Story.begin();
      const before = await story.admit("a");
      const after = story.tell(fault(area, lasting));
      expect(conditions(after)).toEqual(expect.arrayContaining(["Ready=False MissingResource", one, two]));
      expect(after.applied).toEqual(before.applied);
      expect(story.events).toEqual(["Warning MissingResource"]);
    },
  );

  it("of the target while an admission is carried out says that it is not in place", async () => {
    const story = await Story.begin();
    await story.leavePending("a");
    const status = story.tell(fault("target", true, "FORBIDDEN"));
    expect(conditions(status)).toEqual(
      expect.arrayContaining(["Admitted=True Admitted", "Applied=False Forbidden"]),
    );
    expect(status.admitted?.revision).toBe("a".repeat(40));
    expect(status.applied).toBeUndefined();
  });
});

describe("a gate that rests or waits", () => {
  it("keeps what it came to, and is not ready", async () => {
    const story = await Story.begin();
    await story.admit("a");
    expect(conditions(story.tell({ kind: "suspended" }))).toEqual([
      "Ready=Unknown Suspended",
      "Verified=True Verified",
      "Admitted=True Admitted",
      "Applied=True Applied",
    ]);
    const waiting = story.tell({ kind: "waiting", on: ["network"] });
    expect(conditions(waiting)).toEqual(
      expect.arrayContaining(["Ready=False DependencyNotReady", "Reconciling=True DependencyNotReady"]),
    );
    expect(conditions(story.again("admit", "a"))).not.toContain("Reconciling=True DependencyNotReady");
    expect(story.events).toEqual(["Normal Reconciled"]);
  });
});

it("texts from outside are clipped, on one line, and shown as they are", async () => {
  const story = await Story.begin();
  const message = `\u001b[2J${"x".repeat(10_000)}\nmore`;
  const result: GateResult = {
    kind: "fault",
    fault: { area: "source", code: "UNREACHABLE", message, remedy: message, lasting: false },
  };
  const [ready] = story.tell(result).conditions ?? [];
  expect(ready?.message.length).toBeLessThan(1_000);
  expect(ready?.message).toMatch(/^\\u001b\[2Jx+/);
});
