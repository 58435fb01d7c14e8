import { cp, mkdir, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DirectoryTarget, type Target } from "../../../src/apply/index.ts";
import { MemoryStore } from "../../../src/audit/index.ts";
import { openBooks } from "../../support/books.ts";
import { FaultyStore, type Moment } from "../../support/faulty-store.ts";
import { Flow, Machinery } from "../../support/flow.ts";
import { expectSound, readTarget } from "../../support/invariants.ts";
import { tellStory } from "../../support/log-entries.ts";
import { World } from "../../support/world.ts";
import { identity } from "../audit/samples.ts";

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

let machinery: Machinery;
let world: World;
let flow: Flow;
/** The log and the folder of the target once the first change was applied. */
let base: MemoryStore;
let baseFolder: string;

beforeAll(async () => {
  machinery = new Machinery();
  world = await World.open();
  flow = new Flow(world, machinery);
  base = new MemoryStore();
  baseFolder = join(world.folder, "base");
  await mkdir(baseFolder);
  await world.push({ message: "one" });
  await flow.run(base, { target: new DirectoryTarget(join(baseFolder, "out")) });
  await world.push({ message: "two", tree: world.tree(2) });
});

afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await machinery[Symbol.asyncDispose]();
});

/** The log and the target as they were, for one interruption. */
async function begin() {
  const folder = await mkdtemp(join(world.folder, "case-"));
  await cp(baseFolder, folder, { recursive: true, verbatimSymlinks: true });
  const out = join(folder, "out");
  return { store: new FaultyStore(base.files), out, target: new DirectoryTarget(out) };
}

async function storyOf(store: MemoryStore, out: string): Promise<string[]> {
  return tellStory(await expectSound(store, identity.signer.publicKey, out), world.messages);
}

/** What the next run makes of an interruption: in the process that goes on, or in one that is started anew. */
async function expectFinished(store: MemoryStore, out: string): Promise<void> {
  expect(await storyOf(store, out)).toEqual(["admit one", "applied 0", "admit two", "applied 2"]);
  expect((await readTarget(out))?.objects).toMatchObject([{ spec: { replicas: 2 } }]);
}

describe("a run without an interruption", () => {
  it("writes what the tables below interrupt", async () => {
    const { store, out, target } = await begin();
    await flow.run(store, { target });
    // The first are of opening the log.
    expect(
      store.writes.slice(-WRITES.length).map((path) => WRITES.find((each) => path.startsWith(each))),
    ).toEqual(WRITES);
    await expectFinished(store, out);
  });
});

describe.each(MOMENTS)("a write to the log that fails %s it is there", (moment) => {
  it.each(WRITES.map((path, index) => [index, path] as const))("number %i, %s", async (index, path) => {
    const { store, out, target } = await begin();
    const goingOn = await openBooks(store);
    store.failOnce(moment, index);
    await expect(flow.runWith(goingOn, { target })).rejects.toMatchObject({ name: "AuditError" });
    expect(store.failed).toContain(path);
    await storyOf(store, out);

    const crashed = new FaultyStore(store.files);
    const crashedOut = await copyBeside(out);
    await flow.run(crashed, { target: new DirectoryTarget(crashedOut) });
    await expectFinished(crashed, crashedOut);

    await flow.runWith(goingOn, { target });
    await expectFinished(store, out);
  });
});

describe.each(MOMENTS)("a target that fails %s it holds the admission", (moment) => {
  it("is brought there by the next run", async () => {
    const { store, out, target } = await begin();
    const failing: Target = {
      async apply(admission) {
        if (moment === "after") await target.apply(admission);
        throw new Error("cut off");
      },
      holds: (admission) => target.holds(admission),
      currentEntry: () => target.currentEntry(),
    };
    const goingOn = await openBooks(store);
    await expect(flow.runWith(goingOn, { target: failing })).rejects.toThrow("cut off");
    expect(await storyOf(store, out)).toEqual(["admit one", "applied 0", "admit two"]);

    const crashed = new FaultyStore(store.files);
    const crashedOut = await copyBeside(out);
    await flow.run(crashed, { target: new DirectoryTarget(crashedOut) });
    await expectFinished(crashed, crashedOut);

    await flow.runWith(goingOn, { target });
    await expectFinished(store, out);
  });
});

/** As a crash left it, so that both ways on can be taken. */
async function copyBeside(out: string): Promise<string> {
  const folder = await mkdtemp(join(world.folder, "crashed-"));
  await cp(join(out, ".."), folder, { recursive: true, verbatimSymlinks: true });
  return join(folder, "out");
}
