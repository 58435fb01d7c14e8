import type * as fs from "node:fs/promises";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Admission, DirectoryTarget } from "../../../src/apply/index.ts";
import { type KubernetesObject, manifestsOf } from "../../../src/render/index.ts";
import type { Recorded } from "../../../src/verified.ts";
import { readTarget } from "../../support/invariants.ts";

type FileSystem = typeof fs;
/** How a call to the file system fails: before it is made, after it was, or (for content) half way through. */
type Failure = "before" | "after" | "half";

// The calls of the directory target, each of which can be made to fail once.
const disk = vi.hoisted(() => {
  const state = { calls: [] as string[], failAt: -1, failure: "before" as Failure };
  /** An open file that is not handed over has to be closed by somebody. */
  const discard = async (result: unknown): Promise<void> => {
    if (typeof result === "object" && result !== null && "close" in result)
      await (result as fs.FileHandle).close();
  };
  const call = async <T>(name: string, act: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    const fails = state.calls.push(name) - 1 === state.failAt;
    if (!fails) return act();
    if (state.failure === "after") await discard(await act());
    if (state.failure === "half") await half?.();
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  return { state, call };
});

vi.mock("node:fs/promises", async (importOriginal) => {
  const actual = await importOriginal<FileSystem>();
  const wrapped = (["mkdir", "rename", "symlink", "rm", "rmdir"] as const).map((name) => {
    const original = actual[name] as (...args: unknown[]) => Promise<unknown>;
    return [name, (...args: unknown[]) => disk.call(name, () => original(...args))];
  });
  const open: FileSystem["open"] = async (...args) => {
    const file = await disk.call("open", () => actual.open(...args));
    const { writeFile, sync } = file;
    return Object.assign(file, {
      writeFile: (data: string) =>
        disk.call(
          "writeFile",
          () => writeFile.call(file, data),
          () => writeFile.call(file, data.slice(0, data.length / 2)),
        ),
      sync: () => disk.call("sync", () => sync.call(file)),
    });
  };
  return { ...actual, ...Object.fromEntries(wrapped), open };
});

function admission(index: number, ...names: string[]): Recorded<Admission> {
  const objects = names.map((name): KubernetesObject => {
    return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "payments" }, data: { name } };
  });
  return {
    gate: { namespace: "payments", name: "prod" },
    revision: "a".repeat(40),
    manifests: manifestsOf(objects),
    entry: { index, leafHash: index.toString(16).padStart(64, "0") },
  } as Recorded<Admission>;
}

const before = admission(1, "a", "b");
const after = admission(2, "b", "c");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-target-"));
  await new DirectoryTarget(join(folder, "base/out")).apply(admission(0, "a"));
  await new DirectoryTarget(join(folder, "base/out")).apply(before);
});
afterAll(() => rm(folder, { recursive: true }));

/** Applies `after` upon `before`, with one call failing; gives whether one did. */
async function interrupt(failAt: number, failure: Failure): Promise<{ out: string; failed: boolean }> {
  const parent = await mkdtemp(join(folder, "case-"));
  await cp(join(folder, "base"), parent, { recursive: true, verbatimSymlinks: true });
  const out = join(parent, "out");
  Object.assign(disk.state, { calls: [], failAt, failure });
  const failed = await new DirectoryTarget(out).apply(after).then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject({ code: "TARGET_UNWRITABLE" });
      return true;
    },
  );
  disk.state.failAt = -1;
  return { out, failed };
}

async function expectOldOrNew(out: string): Promise<void> {
  const target = await readTarget(out);
  const held = target?.entry.index === after.entry.index ? after : before;
  expect(target).toMatchObject({
    entry: held.entry,
    digest: held.manifests.digest,
    claimed: held.manifests.digest,
  });
  expect(await new DirectoryTarget(out).holds(held)).toBe(true);
}

describe("a target interrupted while it is brought from one admission to the next", () => {
  it.each([
    ["before it is made", "before"],
    ["after it was made", "after"],
    ["half way through", "half"],
  ] as const)("holds one or the other, whichever call fails %s", async (_, failure) => {
    await interrupt(-1, failure);
    const { calls } = disk.state;
    expect(new Set(calls)).toEqual(
      new Set(["mkdir", "open", "writeFile", "sync", "symlink", "rename", "rm"]),
    );
    for (const [failAt, name] of calls.entries()) {
      const { out, failed } = await interrupt(failAt, failure);
      expect(failed).toBe(name !== "rm"); // litter is left for the next time
      await expectOldOrNew(out);
      const target = new DirectoryTarget(out);
      await target.apply(after);
      expect(await target.holds(after)).toBe(true);
    }
  });

  it("is the old one until the link is renamed, and the new one from then on", async () => {
    await interrupt(-1, "before");
    const rename = disk.state.calls.indexOf("rename");
    for (const [failure, held] of [
      ["before", before],
      ["after", after],
    ] as const) {
      const { out } = await interrupt(rename, failure);
      expect(await new DirectoryTarget(out).currentEntry()).toEqual(held.entry);
    }
  });
});
