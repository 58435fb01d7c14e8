import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeWithTools } from "../support/tools.ts";
import { openCell, tree, unwrap } from "./tree.ts";

const MiB = 1024 * 1024;
const GOOD = tree({ "a.rego": "package sluice.object.a\n\ndeny contains input.x\n" });

/** A test rule with this body. */
const rule = (body: string) =>
  tree({ "a.rego": "package a\n", "a_test.rego": `package a_test\ntest_a if {\n${body}\n}\n` });

const ENDLESS = rule(
  "count([1 | some x in numbers.range(1, 100000); some y in numbers.range(1, 100000); x == y]) > 0",
);
const HOG = rule("count(numbers.range(1, 1000000000)) > 0");

describeWithTools(["time"], "attack 27: input that does not let go", () => {
  test("a call that never returns ends at its deadline, and the next one works", async () => {
    const cell = openCell({ deadlineMs: 5_000 });
    await expect(cell.testRego({ files: ENDLESS })).rejects.toMatchObject({ code: "DEADLINE" });
    expect(unwrap(await cell.inspectRego({ files: GOOD })).entrypoints).toHaveLength(1);
    await cell.close();
  });

  test("a call that takes all memory ends at the cap, and the next one works", async () => {
    const cell = openCell({ memoryBytes: 96 * MiB });
    await expect(cell.testRego({ files: HOG })).rejects.toMatchObject({ code: "MEMORY" });
    expect(unwrap(await cell.inspectRego({ files: GOOD })).entrypoints).toHaveLength(1);
    await cell.close();
  });

  test("a rule that costs more than it is counted for ends at the deadline, and the next call works", async () => {
    const cell = openCell({ deadlineMs: 5_000 });
    const parts = Array.from({ length: 50_000 }, (_, i) => [i]);
    const widget = { apiVersion: "e/v1", kind: "Widget", metadata: { name: "w" }, status: { parts } };
    const rule = { apiVersion: "e/v1", kind: "Widget", current: "status.parts.all(p, object == object)" };
    await expect(cell.computeStatus({ objects: [widget], rules: [rule] })).rejects.toMatchObject({
      code: "DEADLINE",
    });
    const cheap = { ...rule, current: "object == object" };
    const [health] = unwrap(await cell.computeStatus({ objects: [widget], rules: [cheap] }));
    expect(health).toMatchObject({ status: "Current" });
    await cell.close();
  });

  test("an instance that died takes no other call with it", async () => {
    const cell = openCell({ memoryBytes: 96 * MiB });
    const [hog, good] = await Promise.allSettled([
      cell.testRego({ files: HOG }),
      cell.inspectRego({ files: GOOD }),
    ]);
    expect(hog).toMatchObject({ status: "rejected", reason: { code: "MEMORY" } });
    expect(good).toMatchObject({ status: "fulfilled", value: { ok: true } });
    await cell.close();
  });
});

describeWithTools(["time"], "a closed cell", () => {
  test("ends the call under way and takes none any more", async () => {
    const cell = openCell();
    const underWay = cell.testRego({ files: ENDLESS });
    const seen = expect(underWay).rejects.toMatchObject({ code: "CLOSED" });
    await cell.close();
    await seen;
    await expect(cell.inspectRego({ files: GOOD })).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describeWithTools(["time"], "the module on disk", () => {
  const source = join(import.meta.dirname, "../../cell");
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  async function copy(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "sluice-cell-"));
    folders.push(folder);
    for (const name of ["sluice-cell.wasm.br", "SHA256"])
      await copyFile(join(source, name), join(folder, name));
    return folder;
  }

  test("runs where it is what SHA256 says", async () => {
    const cell = openCell({
      artifactDir: await copy(),
      cacheDir: await mkdtemp(join(tmpdir(), "sluice-cell-")),
    });
    expect(unwrap(await cell.inspectRego({ files: GOOD })).entrypoints).toHaveLength(1);
    await cell.close();
  });

  test("does not run where SHA256 names another", async () => {
    const artifactDir = await copy();
    const sums = await readFile(join(artifactDir, "SHA256"), "latin1");
    await writeFile(
      join(artifactDir, "SHA256"),
      sums.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
    );
    const cell = openCell({ artifactDir });
    await expect(cell.inspectRego({ files: GOOD })).rejects.toMatchObject({ code: "CORRUPT" });
    await cell.close();
  });
});

test("inputs beyond the limits are answers, not faults", async () => {
  const cell = openCell();
  const files = new Map([["a.rego", new Uint8Array(17 * MiB)]]);
  expect(await cell.inspectRego({ files })).toMatchObject({ ok: false, problems: [{ code: "TOO_LARGE" }] });
  await cell.close();
});

test("two workers answer side by side", async () => {
  const cell = openCell({ workers: 2 });
  const answers = await Promise.all([1, 2, 3, 4].map(() => cell.inspectRego({ files: GOOD })));
  expect(answers.every((answer) => answer.ok)).toBe(true);
  await cell.close();
});
