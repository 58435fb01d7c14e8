import { cp, mkdtemp } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { DirectoryTarget, type Target } from "../../../src/apply/index.ts";
import type { Books } from "../../../src/gate/index.ts";
import { openBooks } from "../../support/books.ts";
import { FaultyStore, type Moment } from "../../support/faulty-store.ts";
import { type Flow, useFlows } from "../../support/flow.ts";

// A gate that has applied one change, and is interrupted at each write of applying the next. Whatever it was and
// however it failed, nothing may be lost, nothing may be there twice, and the next run must finish the work.

/** Of the decision's evidence, entry and tile, of the checkpoint in two steps; then, after the target, of the outcome. */
const WRITES = [
  "evidence/",
  "tile/entries/",
  "tile/0/",
  "pending",
  "checkpoint",
  "tile/entries/",
  "tile/0/",
  "pending",
  "checkpoint",
];
const MOMENTS: readonly Moment[] = ["before", "after"];

const openFlow = useFlows();

/** A gate that has applied one change and is to apply the next, as it is before each interruption. */
class Before {
  readonly flow: Flow;
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, Uint8Array>;

  private constructor(flow: Flow, folder: string) {
    this.flow = flow;
    this.#folder = folder;
    this.#files = new Map(flow.store.files);
  }

  static async create(): Promise<Before> {
    const flow = await openFlow();
    const { world } = flow;
    await world.push({ message: "one" });
    const folder = join(world.folder, "base");
    await flow.run({ target: new DirectoryTarget(join(folder, "out")) });
    await world.push({ message: "two", tree: world.tree(2) });
    return new Before(flow, folder);
  }

  begin(): Promise<Begun> {
    return begin(this.flow, new FaultyStore(this.#files), this.#folder);
  }
}

/** A log with the target that belongs to it. */
interface Begun {
  readonly store: FaultyStore;
  readonly out: string;
  readonly target: Target;
}

/** Copies the folder of a target, so that more than one way on can be taken from there. */
async function begin(flow: Flow, store: FaultyStore, folder: string): Promise<Begun> {
  const copy = await mkdtemp(join(flow.world.folder, "copy-"));
  await cp(folder, copy, { recursive: true, verbatimSymlinks: true });
  const out = join(copy, "out");
  return { store, out, target: new DirectoryTarget(out) };
}

async function expectFinished(flow: Flow, { store, out }: Begun): Promise<void> {
  expect(await flow.story(store, out)).toEqual(["admit one", "applied 0", "admit two", "applied 2"]);
  expect(await flow.replicas(out)).toEqual([2]);
}

/** The run that comes next finishes the work: that of a process started anew, and of the one that goes on. */
async function expectBothWaysOn(flow: Flow, begun: Begun, goingOn: Books): Promise<void> {
  const crashed = await begin(flow, new FaultyStore(begun.store.files), dirname(begun.out));
  await flow.run(crashed);
  await expectFinished(flow, crashed);
  await flow.runWith(goingOn, begun);
  await expectFinished(flow, begun);
}

describe("a run without an interruption", () => {
  it("writes what the tables below interrupt", async () => {
    const before = await Before.create();
    const begun = await before.begin();
    await before.flow.run(begun);
    const written = begun.store.writes.slice(-WRITES.length); // the first are of opening the log
    expect(written.map((path) => WRITES.find((each) => path.startsWith(each)))).toEqual(WRITES);
    await expectFinished(before.flow, begun);
  });
});

describe.each(MOMENTS)("interrupted %s", (moment) => {
  it("each write to the log", async () => {
    const before = await Before.create();
    for (const [index, path] of WRITES.entries()) {
      const begun = await before.begin();
      const goingOn = await openBooks(begun.store);
      begun.store.failOnce(moment, index);
      await expect(before.flow.runWith(goingOn, begun)).rejects.toMatchObject({ name: "AuditError" });
      expect(begun.store.failed).toContain(path);
      expect((await before.flow.story(begun.store, begun.out)).slice(0, 2)).toEqual([
        "admit one",
        "applied 0",
      ]);
      await expectBothWaysOn(before.flow, begun, goingOn);
    }
  }, 60_000);

  it("the target is brought to the admission", async () => {
    const before = await Before.create();
    const begun = await before.begin();
    const { target } = begun;
    const failing: Target = {
      async apply(admission) {
        if (moment === "after") await target.apply(admission);
        throw new Error("cut off");
      },
      holds: (admission) => target.holds(admission),
      isIntact: (entry) => target.isIntact(entry),
      currentEntry: () => target.currentEntry(),
    };
    const goingOn = await openBooks(begun.store);
    await expect(before.flow.runWith(goingOn, { target: failing })).rejects.toThrow("cut off");
    expect(await before.flow.story(begun.store, begun.out)).toEqual(["admit one", "applied 0", "admit two"]);
    await expectBothWaysOn(before.flow, begun, goingOn);
  });
});
