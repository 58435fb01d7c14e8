import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { unsigned } from "../../../src/demo/people.ts";
import { argsFor, type Finished, finish, runCli, shareCompiled, startCli } from "../../support/cli.ts";
import { readTarget } from "../../support/invariants.ts";
import { World } from "../../support/world.ts";

let world: World;

beforeEach(async () => {
  world = await World.open();
  onTestFinished(() => world[Symbol.asyncDispose]());
  await shareCompiled(world);
});

const check = (...args: readonly string[]) => runCli(["check", ...argsFor(world), ...args]);
const runOnce = (...args: readonly string[]) => runCli(["run", "--once", ...argsFor(world), ...args]);

function json({ stdout }: Finished): unknown {
  return JSON.parse(stdout);
}

/** What `run` said, a line each. */
function lines({ stdout }: Finished): unknown[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A fault is for a person to read: a code and what to do about it, not where in the program it was thrown. */
function expectFault(finished: Finished, code: string): void {
  expect(finished.code).toBe(2);
  expect(finished.stdout).toBe("");
  expect(finished.stderr).toMatch(new RegExp(`^${code}: `));
  expect(finished.stderr).not.toMatch(/^ +at /m);
}

describe("sluice check", () => {
  it("exits 0 and shows the decision, and nothing is recorded or applied", async () => {
    const head = await world.push();
    const finished = await check("--output", "json");
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    expect(json(finished)).toMatchObject({
      verdict: "admit",
      decisions: [
        {
          _type: "https://sluice.dev/evidence/v1",
          gate: { namespace: "payments", name: "payments" },
          verdict: "admit",
          source: { url: world.url, ref: "refs/heads/main", head },
          commits: [{ oid: head, verdict: "verified", signer: "alice" }],
          images: [{ image: `${world.image}:1.0.0` }],
        },
      ],
    });
    expect(await readdir(world.state)).not.toContain("log");
    expect(await readTarget(world.out)).toBeUndefined();
  });

  it("exits 2 where it could not look", async () => {
    await world.push();
    await world.git.close();
    const finished = await check("--output", "json");
    expect(finished).toMatchObject({ code: 2, stderr: "" });
    expect(json(finished)).toMatchObject({ verdict: "fault", code: "CONNECTION" });
  });

  it("shows what a commit says of itself, and obeys none of it", async () => {
    const message = "\u001b[2J\u001b]0;owned\u0007 all good \u202Edoog lla";
    await world.push({ by: { ...unsigned(world.alice), name: "Al\u001b[31mice" }, message });
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain("UNSIGNED");
    expect(stdout).toContain("all good");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  });
});

describe("sluice run --once", () => {
  it("exits 0 and says what is new, which the next time is nothing; check goes on from there", async () => {
    const one = await world.push();
    const first = await runOnce("--output", "json");
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(lines(first)).toMatchObject([
      { verdict: "admit", entry: { index: 0 }, news: true, outcome: "applied" },
    ]);
    expect(await runOnce()).toEqual({ code: 0, stdout: "", stderr: "" });
    expect((await readTarget(world.out))?.objects).toHaveLength(1);

    await world.push({ by: unsigned(world.alice) });
    const finished = await check("--output", "json");
    expect(finished).toMatchObject({ code: 1, stderr: "" });
    expect(json(finished)).toMatchObject({
      verdict: "deny",
      decisions: [{ source: { base: one }, commits: [{}], reasons: [{ code: "UNSIGNED" }] }],
    });
  });

  it("exits 1 for a change that is refused", async () => {
    await world.push({ tree: world.tree(9) });
    const finished = await runOnce("--output", "json");
    expect(finished).toMatchObject({ code: 1, stderr: "" });
    expect(lines(finished)).toMatchObject([{ verdict: "deny", news: true, outcome: null }]);
    expect(await readTarget(world.out)).toBeUndefined();
  });

  it.each<[string, string, (world: World) => Promise<void>]>([
    ["trust that is empty", "INVALID_RESOURCE", (world) => world.configure({ trust: { signers: [] } })],
    ["a log that cannot be written", "UNWRITABLE", (world) => writeFile(join(world.state, "log"), "")],
  ])("exits 2, says what to do, and writes nothing: %s", async (_, code, breaks) => {
    await world.push();
    await breaks(world);
    expectFault(await runOnce(), code);
    expect(await readTarget(world.out)).toBeUndefined();
  });

  it("a gate with a fault does not stop another, and one that is suspended is left alone", async () => {
    await world.push();
    const { url } = world;
    await world.configure({
      others: [
        gate("broken", url, "gone"),
        gate("resting", url, "main", { suspend: true }),
        gate("fine", url, "main"),
      ],
    });
    const finished = await runOnce("broken", "payments/resting", "fine", "--output", "json");
    expect(finished).toMatchObject({ code: 2, stderr: "" });
    expect(lines(finished)).toMatchObject([
      { verdict: "fault", code: "REF_NOT_FOUND" },
      { gate: { name: "resting" }, suspended: true },
      { verdict: "admit", gate: { name: "fine" } },
    ]);
    expect(await readTarget(join(world.folder, "fine"))).toMatchObject({ revision: world.head });
    expect(await readTarget(join(world.folder, "resting"))).toBeUndefined();
    expect(await readTarget(world.out)).toBeUndefined();
  });
});

function gate(name: string, url: string, branch: string, changes: object = {}): object {
  return {
    apiVersion: "sluice.dev/v1",
    kind: "Gate",
    metadata: { name, namespace: "payments" },
    spec: {
      source: { git: { url, ref: { branch } } },
      path: "prod",
      trust: "trust",
      policies: ["limits"],
      target: { directory: { path: `../${name}` } },
      ...changes,
    },
  };
}

describe("sluice run", () => {
  it("goes on with the interval, has the log to itself, and ends when it is told to", async () => {
    await world.push();
    const running = startCli(["run", ...argsFor(world), "--output", "json"]);
    const finished = finish(running);
    await untilApplied(1);
    await world.push({ tree: world.tree(2) });
    await untilApplied(2);
    expectFault(await runOnce(), "LOCKED");
    expect(await check()).toMatchObject({ code: 0 }); // looking needs no lock
    await world.configure({ gate: { suspend: true } });
    await world.push({ tree: world.tree(3) });
    await sleep(500);
    running.kill("SIGTERM");
    const { code, stderr, stdout } = await finished;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/"outcome":"applied"/g)).toHaveLength(2);
    expect((await readTarget(world.out))?.objects).toMatchObject([{ spec: { replicas: 2 } }]);
  });

  async function untilApplied(replicas: number): Promise<void> {
    await expect
      .poll(async () => (await readTarget(world.out))?.objects[0]?.spec, { timeout: 20_000 })
      .toMatchObject({ replicas });
  }
});

describe("sluice demo", () => {
  it("exits 0: every scene ends as announced, and tampering is caught", async () => {
    const finished = await runCli(["demo", "--dir", join(world.folder, "demo"), "--output", "json"]);
    expect(finished).toMatchObject({ code: 0, stderr: "" });
    const { scenes, ...rest } = json(finished) as { scenes: { asExpected: boolean }[] };
    expect(rest).toMatchObject({ verdict: "passed", tamperingCaught: true });
    expect(scenes.length).toBeGreaterThan(6);
    expect(scenes.filter(({ asExpected }) => !asExpected)).toEqual([]);
  }, 120_000);
});
