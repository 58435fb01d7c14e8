import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  type ObjectType,
  hashObject as oidOf,
  openRepository,
} from "../../../src/git/index.ts";
import {
  commitLine,
  expectCode,
  git,
  gitBytes,
  hashObject,
  makeBareRepository,
  makeFolder,
  putFile,
} from "./support/git.ts";

/** Files that change little from one commit to the next, so that git packs them as deltas. */
function makeRepository(): { path: string; head: string } {
  const path = makeBareRepository(makeFolder());
  const lines = Array.from({ length: 400 }, (_, line) => `line ${line} of a file that is mostly the same\n`);
  const stream = Array.from({ length: 40 }, (_, index) => {
    lines[index * 7] = `changed in ${index}\n`;
    const text = lines.join("");
    const header = `commit refs/heads/main\ncommitter T <t@b> ${1_700_000_000 + index} +0000\ndata 2\nc\n`;
    return `${header}M 100644 inline dir/sub/file${index % 3}.yaml\ndata ${text.length}\n${text}\n`;
  });
  git(path, ["fast-import", "--quiet"], stream.join(""));
  return { path, head: git(path, ["rev-parse", "main"]) };
}

async function expectAllReadable(path: string, objectsOf = path): Promise<void> {
  const repository = await openRepository(path);
  const listed = git(objectsOf, [
    "cat-file",
    "--batch-all-objects",
    "--batch-check=%(objectname) %(objecttype)",
  ]);
  const objects = listed.split("\n").map((line) => line.split(" ") as [string, ObjectType]);
  expect(objects.length).toBeGreaterThan(100);
  for (const [oid, type] of objects) {
    const bytes = repository.read(oid, type);
    expect(oidOf(type, bytes)).toBe(oid);
  }
  const [oid = "", type = "blob"] = objects.find(([, kind]) => kind === "blob") ?? [];
  expect(Buffer.compare(repository.read(oid, type), gitBytes(objectsOf, ["cat-file", type, oid]))).toBe(0);
  repository.close();
}

describe("objects", () => {
  it("are read from a pack, with their deltas", async () => {
    const { path } = makeRepository();
    git(path, ["repack", "-adfq", "--depth=50"]);
    const verified = git(path, [
      "verify-pack",
      "-v",
      ...readdirSync(join(path, "objects/pack"))
        .filter((name) => name.endsWith(".idx"))
        .map((name) => join("objects/pack", name)),
    ]);
    expect(verified).toMatch(/chain length = [5-9]/);
    await expectAllReadable(path);
  });

  it("are read up to the limits of their chain of deltas, and not past them", async () => {
    const { path } = makeRepository();
    git(path, ["repack", "-adfq", "--depth=50"]);
    const [index = ""] = readdirSync(join(path, "objects/pack")).filter((name) => name.endsWith(".idx"));
    // oid, type, size, size in the pack, offset, depth, base
    const deltas = git(path, ["verify-pack", "-v", join("objects/pack", index)])
      .split("\n")
      .map((line) => line.split(/ +/))
      .filter((columns) => columns.length === 7 && columns[1] === "blob");
    const [oid = "", , , , , depth] = deltas.toSorted((a, b) => Number(b[5]) - Number(a[5]))[0] ?? [];
    expect(Number(depth)).toBeGreaterThan(3);
    const read = async (limits: Partial<typeof DEFAULT_GIT_LIMITS>) => {
      const repository = await openRepository(path, { ...DEFAULT_GIT_LIMITS, ...limits });
      try {
        return repository.read(oid, "blob").length;
      } finally {
        repository.close();
      }
    };
    const deltaDepth = Number(depth);
    const size = await read({ deltaDepth });
    expect(size).toBeGreaterThan(1000);
    await expect(read({ deltaDepth: deltaDepth - 1 })).rejects.toMatchObject({ code: "OBJECT_TOO_LARGE" });
    expect(await read({ deltaBytes: 2 * deltaDepth * size })).toBe(size);
    await expect(read({ deltaBytes: 2 * size })).rejects.toMatchObject({ code: "OBJECT_TOO_LARGE" });
  });

  it("are read from a pack whose deltas name their base", async () => {
    const { path } = makeRepository();
    git(path, ["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    await expectAllReadable(path);
  });

  it("are read from their own files", async () => {
    const { path } = makeRepository();
    const [pack = ""] = readdirSync(join(path, "objects/pack")).filter((name) => name.endsWith(".pack"));
    const bytes = readFileSync(join(path, "objects/pack", pack));
    rmSync(join(path, "objects/pack"), { recursive: true });
    git(path, ["unpack-objects", "-q"], bytes);
    await expectAllReadable(path);
  });

  it("are read through an alternate", async () => {
    const { path } = makeRepository();
    const folder = makeFolder();
    git(folder, ["clone", "--quiet", "--shared", "--bare", path, "borrower.git"]);
    await expectAllReadable(join(folder, "borrower.git"), path);
  });

  it("are found in a pack that came after the repository was opened", async () => {
    const { path } = makeRepository();
    const repository = await openRepository(path);
    const [oid = ""] = commitLine(path, 1);
    git(path, ["repack", "-adq"]);
    expect(repository.readObject(oid).type).toBe("commit");
    expectCode(() => repository.readObject("1".repeat(40)), "OBJECT_MISSING");
    repository.close();
  });
});

describe("an object that is not what its name says", () => {
  it("is refused in a file of its own", async () => {
    const path = makeBareRepository(makeFolder());
    const oid = hashObject(path, "blob", "honest\n");
    const file = join(path, "objects", oid.slice(0, 2), oid.slice(2));
    const repository = await openRepository(path);
    expect(Buffer.from(repository.read(oid, "blob")).toString()).toBe("honest\n");
    for (const content of ["blob 7\0forged!", "blob 8\0honest\n", "tree 7\0honest\n", "honest\n"]) {
      rmSync(file);
      writeFileSync(file, deflateSync(content));
      expectCode(() => repository.read(oid, "blob"), "OBJECT_CORRUPT");
    }
    repository.close();
  });

  it("is refused in a pack, wherever a byte changes", async () => {
    const { path, head } = makeRepository();
    git(path, ["repack", "-adfq"]);
    const [name = ""] = readdirSync(join(path, "objects/pack")).filter((file) => file.endsWith(".pack"));
    const file = join(path, "objects/pack", name);
    const honest = readFileSync(file);
    const oids = git(path, ["rev-list", "--objects", "--no-object-names", head]).split("\n");
    const readAll = async (): Promise<string | undefined> => {
      const repository = await openRepository(path);
      try {
        for (const oid of oids) repository.readObject(oid);
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        repository.close();
      }
    };
    rmSync(file);
    writeFileSync(file, honest);
    expect(await readAll()).toBeUndefined();
    const codes: (string | undefined)[] = [];
    for (let offset = 12; offset < honest.length - 20; offset += 251) {
      const damaged = Buffer.from(honest);
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x01;
      writeFileSync(file, damaged);
      codes.push(await readAll());
    }
    // A few bits only fill a deflate stream up to a whole byte; turning one changes no object.
    const noticed = codes.filter((code) => code !== undefined);
    expect(noticed.length).toBeGreaterThanOrEqual(codes.length - 1);
    expect(noticed.length).toBeGreaterThan(20);
    for (const code of noticed)
      expect(["OBJECT_CORRUPT", "PACK_CORRUPT", "OBJECT_TOO_LARGE"]).toContain(code);
    truncateSync(file, Math.floor(honest.length / 2));
    expect(await readAll()).toMatch(/CORRUPT/);
  });

  it("is refused before it is inflated where it is too large", async () => {
    const path = makeBareRepository(makeFolder());
    const fits = hashObject(path, "blob", "a".repeat(1000));
    const bomb = hashObject(path, "blob", "a".repeat(1001));
    for (const pack of [false, true]) {
      if (pack) git(path, ["repack", "-adq", "--keep-unreachable"]);
      const repository = await openRepository(path, { ...DEFAULT_GIT_LIMITS, objectBytes: 1000 });
      expect(repository.read(fits, "blob")).toHaveLength(1000);
      expectCode(() => repository.read(bomb, "blob"), "OBJECT_TOO_LARGE");
      repository.close();
    }
  });

  it("is refused where it is of another type", async () => {
    const path = makeBareRepository(makeFolder());
    const blob = hashObject(path, "blob", "text\n");
    const repository = await openRepository(path);
    expect(repository.read(blob, "blob")).toHaveLength(5);
    expectCode(() => repository.read(blob, "tree"), "WRONG_TYPE");
    repository.close();
  });
});

function withNumber(bytes: Buffer, offset: number, value: number): Buffer {
  bytes.writeUInt32BE(value, offset);
  return bytes;
}

describe("a pack index that lies", () => {
  it("is refused for its layout, and its answers for what is found there", async () => {
    const { path, head } = makeRepository();
    git(path, ["repack", "-adfq"]);
    const [name = ""] = readdirSync(join(path, "objects/pack")).filter((file) => file.endsWith(".idx"));
    const file = join(path, "objects/pack", name);
    const honest = readFileSync(file);
    const damage = async (change: (bytes: Buffer) => Buffer): Promise<string> => {
      rmSync(file);
      writeFileSync(file, change(Buffer.from(honest)));
      const read = openRepository(path).then((repository) => repository.readObject(head));
      return read.then(
        () => "read",
        (error) => (error as { code: string }).code,
      );
    };
    expect(await damage((bytes) => bytes)).toBe("read");
    expect(await damage((bytes) => bytes.subarray(0, 1000))).toBe("PACK_CORRUPT");
    expect(await damage((bytes) => Buffer.concat([bytes, Buffer.alloc(3)]))).toBe("PACK_CORRUPT");
    expect(await damage((bytes) => withNumber(bytes, 4, 1))).toBe("PACK_CORRUPT");
    expect(await damage((bytes) => withNumber(bytes, 8, 0xffffffff))).toBe("PACK_CORRUPT");
    const count = honest.readUInt32BE(8 + 255 * 4);
    const offsets = 8 + 1024 + count * 24;
    expect(await damage((bytes) => bytes.fill(0, offsets, offsets + count * 4))).toBe("PACK_CORRUPT");
    expect(await damage((bytes) => bytes.fill(0xff, offsets, offsets + count * 4))).toBe("PACK_CORRUPT");
    const end = offsets + count * 4;
    const places = [[0, offsets], [offsets + 4, end], [offsets, offsets + 4], [end]];
    const shifted = Buffer.concat(places.map(([from, to]) => honest.subarray(from, to)));
    expect(await damage(() => shifted)).toBe("OBJECT_CORRUPT");
  });
});

describe("a repository", () => {
  it("is bare, or the top of a working tree, or a linked worktree", async () => {
    const folder = makeFolder();
    git(folder, ["init", "--quiet", "--initial-branch=main", "normal"]);
    const normal = join(folder, "normal");
    putFile(join(normal, "a.yaml"), "a: 1\n");
    git(normal, ["add", "."]);
    git(normal, ["commit", "--quiet", "-m", "one"]);
    git(normal, ["worktree", "add", "--quiet", "-b", "topic", "../linked"]);
    const head = git(normal, ["rev-parse", "HEAD"]);
    for (const path of [normal, join(normal, ".git"), join(folder, "linked")]) {
      const repository = await openRepository(path);
      expect(repository.resolveCommit("HEAD")).toBe(head);
      expect(repository.resolveCommit("topic")).toBe(head);
      repository.close();
    }
    mkdirSync(join(folder, "empty"));
    for (const path of ["empty", "normal/.git/refs", "missing"]) {
      await expect(openRepository(join(folder, path))).rejects.toMatchObject({ code: "NOT_A_REPOSITORY" });
    }
  });

  it("is refused where objects are named by SHA-256, or refs are kept in another way", async () => {
    const folder = makeFolder();
    git(folder, ["init", "--quiet", "--bare", "--object-format=sha256", "sha256.git"]);
    await expect(openRepository(join(folder, "sha256.git"))).rejects.toMatchObject({
      code: "UNSUPPORTED_REPOSITORY",
    });
    const path = makeBareRepository(folder);
    git(path, ["config", "extensions.refStorage", "files"]);
    (await openRepository(path)).close();
    git(path, ["config", "extensions.refStorage", "reftable"]);
    await expect(openRepository(path)).rejects.toMatchObject({ code: "UNSUPPORTED_REPOSITORY" });
  });

  it("gives the commit of a branch, a tag, a packed ref, a full id, and of nothing else", async () => {
    const path = makeBareRepository(makeFolder());
    const [first = "", second = ""] = commitLine(path, 2);
    git(path, ["tag", "-a", "v1", "-m", "one", first]);
    git(path, ["tag", "-a", "outer", "-m", "two", "v1"]);
    git(path, ["tag", "light", second]);
    git(path, ["tag", "-a", "tree", "-m", "three", `${first}^{tree}`]);
    for (const packed of [false, true]) {
      if (packed) git(path, ["pack-refs", "--all"]);
      const repository = await openRepository(path);
      const resolve = (name: string): string => repository.resolveCommit(name);
      expect([resolve("main"), resolve("HEAD"), resolve("refs/heads/main"), resolve("light")]).toEqual(
        Array(4).fill(second),
      );
      expect([resolve("v1"), resolve("outer"), resolve(first)]).toEqual([first, first, first]);
      for (const name of ["mai", "main-2", first.slice(0, 12)]) {
        expectCode(() => resolve(name), "REF_NOT_FOUND");
      }
      for (const name of ["../HEAD", "main^", "main..light", "", ".hidden", "a.lock", "a//b"]) {
        expectCode(() => resolve(name), "BAD_REF_NAME");
      }
      expectCode(() => resolve("tree"), "NOT_A_COMMIT");
      repository.close();
    }
  });
});
