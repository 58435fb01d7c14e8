import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { claimName, currentProcess, type ProcessIdentity } from "./claim.ts";
import { DirectoryFiles, DirectoryStore } from "./directory.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-store-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const text = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe("a folder as a store", () => {
  it("gives back what was written, and replaces it whole", async () => {
    const store = new DirectoryStore(join(folder, "new", "log"));
    expect(await store.read("tile/0/x001/000", 100)).toBeUndefined();
    await store.write("tile/0/x001/000", Buffer.from("a longer content"));
    await store.write("tile/0/x001/000", Buffer.from("short"));
    expect(text(await store.read("tile/0/x001/000", 100))).toBe("short");
    expect(await readdir(join(folder, "new", "log", "tile", "0", "x001"))).toEqual(["000"]);
  });

  it("reads one byte more than the limit, and no further", async () => {
    const store = new DirectoryStore(folder);
    await store.write("file", Buffer.from("0123456789"));
    expect(text(await store.read("file", 10))).toBe("0123456789");
    expect(text(await store.read("file", 4))).toBe("01234");
  });

  it("overwrites what a crash left half written", async () => {
    await writeFile(join(folder, "checkpoint.tmp"), "half of a check");
    const store = new DirectoryStore(folder);
    expect(await store.read("checkpoint", 100)).toBeUndefined();
    await store.write("checkpoint", Buffer.from("whole"));
    expect(await readdir(folder)).toEqual(["checkpoint"]);
  });

  it("keeps the old content where the new cannot be written", async () => {
    const store = new DirectoryStore(folder);
    await store.write("checkpoint", Buffer.from("old"));
    await mkdir(join(folder, "checkpoint.tmp"));
    await expect(store.write("checkpoint", Buffer.from("new"))).rejects.toMatchObject({ code: "UNWRITABLE" });
    expect(text(await store.read("checkpoint", 100))).toBe("old");
  });

  it("follows no link, and takes no folder for a file", async () => {
    await writeFile(join(folder, "elsewhere"), "secret");
    await symlink(join(folder, "elsewhere"), join(folder, "checkpoint"));
    await symlink(join(folder, "elsewhere"), join(folder, "entry.tmp"));
    const store = new DirectoryStore(folder);
    await expect(store.read("checkpoint", 100)).rejects.toMatchObject({ code: "UNREADABLE" });
    await expect(store.write("entry", Buffer.from("x"))).rejects.toMatchObject({ code: "UNWRITABLE" });
    await mkdir(join(folder, "folder"));
    await expect(store.read("folder", 100)).rejects.toMatchObject({ code: "UNREADABLE" });
    expect(text(await store.read("elsewhere", 100))).toBe("secret");
  });

  it("removes folders, and makes them anew", async () => {
    const store = new DirectoryStore(folder);
    await store.write("tile/0/000.p/1", Buffer.from("x"));
    await store.removeFolder("tile/0/000.p");
    await store.removeFolder("tile/0/000.p");
    expect(await store.read("tile/0/000.p/1", 100)).toBeUndefined();
    await store.write("tile/0/000.p/2", Buffer.from("y"));
    expect(text(await new DirectoryFiles(folder).read("tile/0/000.p/2", 100))).toBe("y");
  });
});

describe("the lock of a folder", () => {
  async function claimOf(identity: Partial<ProcessIdentity>): Promise<string> {
    const name = claimName({ ...(await currentProcess()), ...identity });
    await mkdir(join(folder, "lock"), { recursive: true });
    await writeFile(join(folder, "lock", name), "");
    return name;
  }

  const lock = () => new DirectoryStore(folder).lock();
  /** Larger than any process number that Linux gives. */
  const nobody = 2 ** 22 + 1;

  it("is held by one, until it is let go", async () => {
    const release = await lock();
    await expect(lock()).rejects.toMatchObject({ code: "LOCKED" });
    await release();
    await (await lock())();
    expect(await readdir(join(folder, "lock"))).toEqual([]);
  });

  it.each([
    ["a process that ended", { pid: nobody }],
    ["a process whose number another has now", { pid: process.ppid, start: "1" }],
    ["a process from before the machine started", { boot: "00000000-0000-0000-0000-000000000000" }],
    [
      "a process of a container from before the machine started",
      { boot: "00000000-0000-0000-0000-000000000000", namespace: "1" },
    ],
  ])("is taken over from %s", async (_what, identity) => {
    const stale = await claimOf(identity);
    const release = await lock();
    expect(await readdir(join(folder, "lock"))).not.toContain(stale);
    await release();
  });

  it.each([
    ["a process that runs", { pid: process.ppid, start: "unknown" }],
    ["a process on another host", { pid: nobody, host: "another" }],
    ["a process in another container, by a number that is free here", { pid: nobody, namespace: "1" }],
    [
      "a process in another container, by the number of another here",
      { pid: process.ppid, start: "1", namespace: "1" },
    ],
    ["a process in a container that is not known", { pid: nobody, namespace: "unknown" }],
    ["a process of an unknown time on this host", { pid: process.ppid, boot: "unknown" }],
  ])("is not taken from %s", async (_what, identity) => {
    const other = await claimOf(identity);
    await expect(lock()).rejects.toMatchObject({ code: "LOCKED" });
    expect(await readdir(join(folder, "lock"))).toEqual([other]);
  });

  it("is not taken from a file that nobody here made", async () => {
    await mkdir(join(folder, "lock"));
    await writeFile(join(folder, "lock", "by-hand"), "");
    await expect(lock()).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("is held by one at most when many come at once", async () => {
    const others = await Promise.allSettled(Array.from({ length: 20 }, lock));
    expect(others.filter(({ status }) => status === "fulfilled").length).toBe(1);
  });
});

describe("a folder under a lease", () => {
  const otherPod: ProcessIdentity = {
    host: "sluice-5c9",
    boot: "00000000-0000-0000-0000-000000000000",
    namespace: "1",
    pid: 1,
    start: "1",
  };
  let held: boolean;
  let store: DirectoryStore;

  beforeEach(async () => {
    held = true;
    store = new DirectoryStore(folder, { lease: { isHeld: () => held } });
    await mkdir(join(folder, "lock"));
    await writeFile(join(folder, "lock", claimName(otherPod)), "");
  });

  it("is taken over from a process of another machine; without the lease it is not", async () => {
    await expect(new DirectoryStore(folder).lock()).rejects.toMatchObject({ code: "LOCKED" });
    const release = await store.lock();
    expect(await readdir(join(folder, "lock"))).toEqual([claimName(await currentProcess())]);
    await store.write("checkpoint", Buffer.from("new"));
    await release();
    expect(await readdir(join(folder, "lock"))).toEqual([]);
  });

  it("is not written to after it was taken over", async () => {
    await store.lock();
    await store.write("checkpoint", Buffer.from("old"));
    await rm(join(folder, "lock", claimName(await currentProcess())));
    await expect(store.write("checkpoint", Buffer.from("new"))).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(text(await store.read("checkpoint", 100))).toBe("old");
  });

  it("is neither claimed nor written to when the lease is gone", async () => {
    const release = await store.lock();
    held = false;
    await expect(store.write("checkpoint", Buffer.from("x"))).rejects.toMatchObject({ code: "LEASE_LOST" });
    await release();
    await expect(store.lock()).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await store.read("checkpoint", 100)).toBeUndefined();
  });
});
