import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DirectoryFiles, parsePublicKey } from "../../../src/audit/index.ts";
import { argsFor, runCli, shareCell, startCli } from "../../support/cli.ts";
import { expectSound, readTarget } from "../../support/invariants.ts";
import type { ReadEntry } from "../../support/log-entries.ts";
import { World } from "../../support/world.ts";
import { killAt, makeFolders, pickMoment } from "./kill.ts";
import { randomFrom } from "./random.ts";
import { countByRevision, treeOf } from "./rounds.ts";

const ROUNDS = Number(process.env.SLUICE_CRASH_ROUNDS ?? 3);
const SEED = Number(process.env.SLUICE_CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** The log of a world as it lies on the disk, without the lock: nothing where there is none yet. */
async function readSoundly(world: World): Promise<readonly ReadEntry[]> {
  const files = new DirectoryFiles(join(world.state, "log"));
  if ((await files.read("checkpoint", 4096)) === undefined) {
    expect(await readTarget(world.out)).toBeUndefined();
    return [];
  }
  const path = join(world.state, "audit.pub");
  return expectSound(files, parsePublicKey(await readFile(path, "utf8"), path), world.out);
}

describe("attack 32: a gate that is killed at any moment", () => {
  const title = `recovers: ${ROUNDS} rounds, SLUICE_CRASH_SEED=${SEED}`;
  const limit = 60_000 + ROUNDS * 10_000;

  it(title, { timeout: limit }, async () => {
    const random = randomFrom(SEED);
    await using world = await World.open();
    await shareCell(world);
    const watched = [join(world.state, "log"), join(world.folder, ".out.sluice")];
    await makeFolders(watched);
    const denied = new Set<string>();
    for (let round = 1; round <= ROUNDS; round++) {
      const deny = random() < 0.25;
      const head = await world.push({ message: `round ${round}`, tree: treeOf(world, round, deny) });
      if (deny) denied.add(head);
      const moment = pickMoment(random);
      const { stderr } = await killAt(moment, startCli(["run", ...argsFor(world)]), watched);
      expect(stderr, `round ${round}, killed at ${JSON.stringify(moment)}`).toBe("");
      await readSoundly(world);
    }

    const last = await world.push({ message: "the last", tree: world.tree(2) });
    expect(await runCli(["run", "--once", ...argsFor(world)])).toMatchObject({ code: 0, stderr: "" });
    expect(await runCli(["run", "--once", ...argsFor(world)])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readTarget(world.out)).toMatchObject({ revision: last });
    // One decision a change, and one outcome where it was admitted. A change that no run got to has none.
    const counts = countByRevision(await readSoundly(world));
    for (const [revision, outcomes] of counts) expect(outcomes).toEqual([denied.has(revision) ? 0 : 1]);
    expect(counts.has(last)).toBe(true);
  });
});
