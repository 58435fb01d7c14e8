import { describe, expect, it } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  type GitLimits,
  openRepository,
  readSnapshot,
  type Snapshot,
} from "../../src/git/index.ts";
import type { Judged } from "../../src/refusal.ts";
import {
  commitTree,
  hashObject,
  makeBareRepository,
  makeFolder,
  type RawEntry,
  rawTree,
} from "../integration/git/support/git.ts";

interface Attempt {
  readonly path?: string;
  readonly limits?: Partial<GitLimits>;
}

/** A repository whose `prod` folder has these entries beside an honest file. */
async function read(
  entries: (repository: string) => readonly Omit<RawEntry, never>[],
  { path = "prod", limits = {} }: Attempt = {},
): Promise<Judged<Snapshot>> {
  const directory = makeBareRepository(makeFolder());
  const honest = {
    mode: "100644",
    name: "app.yaml",
    oid: hashObject(directory, "blob", "kind: ConfigMap\n"),
  };
  const all = [honest, ...entries(directory)].toSorted((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const tree = rawTree(directory, [{ mode: "40000", name: "prod", oid: rawTree(directory, all) }]);
  const head = commitTree(directory, { tree });
  const repository = await openRepository(directory, { ...DEFAULT_GIT_LIMITS, ...limits });
  const source = {
    url: "https://git.bank.example/config",
    ref: "refs/heads/main",
    head,
    base: undefined,
    path,
  };
  return readSnapshot(repository, source, {}).finally(() => repository.close());
}

function sortKey({ mode, name }: RawEntry): Buffer {
  return Buffer.concat([Buffer.from(name), Buffer.from(mode === "40000" ? "/" : "")]);
}

function file(name: string | Uint8Array, mode = "100644"): (repository: string) => RawEntry[] {
  return (repository) => [{ mode, name, oid: hashObject(repository, "blob", "text\n") }];
}

function link(name: string, target: string): (repository: string) => RawEntry[] {
  return (repository) => [{ mode: "120000", name, oid: hashObject(repository, "blob", target) }];
}

function folder(name: string, inner: (repository: string) => RawEntry[]): (repository: string) => RawEntry[] {
  return (repository) => [{ mode: "40000", name, oid: rawTree(repository, inner(repository)) }];
}

function expectRefused(judged: Judged<Snapshot>, code: string, subject: string): void {
  expect(judged).toMatchObject({ ok: false, refusals: [{ code, subject }] });
}

describe("attack 12: paths that leave the tree", () => {
  it("twin: an honest tree is read whole", async () => {
    const judged = await read((repository) => [
      ...file(".gitignore")(repository),
      ...file("run.sh", "100755")(repository),
      ...folder("base", file("deployment.yaml"))(repository),
    ]);
    expect(judged.ok && [...judged.value.files.keys()]).toEqual([
      "prod/.gitignore",
      "prod/app.yaml",
      "prod/base/deployment.yaml",
      "prod/run.sh",
    ]);
  });

  it.each([
    ".",
    "..",
    ".git",
    ".GIT",
    "git~1",
    ".git ",
    ".git.",
    ".git::$INDEX_ALLOCATION",
    ".g\u200cit",
    "..\\x",
    "a\nb",
  ])("the name %j is refused, for a file and for a folder", async (name) => {
    expectRefused(await read(file(name)), "UNSAFE_PATH", `prod/${name}`);
    expectRefused(await read(folder(name, file("config"))), "UNSAFE_PATH", `prod/${name}`);
  });

  it("a name with a slash, an empty name, and names out of order are no tree at all", async () => {
    for (const name of ["../etc/passwd", "/etc/passwd", ""]) {
      expect(await read(file(name))).toMatchObject({ ok: false, refusals: [{ code: "MALFORMED_TREE" }] });
    }
    const twice = (repository: string) => [...file("x")(repository), ...file("x")(repository)];
    expect(await read(twice)).toMatchObject({ ok: false, refusals: [{ code: "MALFORMED_TREE" }] });
  });

  it("names that are one file where case is ignored are refused; others stand side by side", async () => {
    const both = (a: string, b: string) => (repository: string) => [
      ...file(a)(repository),
      ...file(b)(repository),
    ];
    expectRefused(await read(both("Values.yaml", "values.yaml")), "PATH_COLLISION", "prod/values.yaml");
    expectRefused(await read(both("e\u0301.yaml", "é.yaml")), "PATH_COLLISION", "prod/é.yaml");
    expect((await read(both("values.yaml", "values-2.yaml"))).ok).toBe(true);
  });

  it("a link that leads out is refused wherever it is, one that stays inside only under what is rendered", async () => {
    for (const target of ["/etc/passwd", "../../outside", "..\\..\\outside"]) {
      expectRefused(await read(link("z", target)), "SYMLINK", "prod/z");
      expectRefused(await read(link("z", target), { path: "other" }), "SYMLINK", "prod/z");
    }
    expectRefused(await read(link("z", "app.yaml")), "SYMLINK", "prod/z");
    expectRefused(await read(link("z", "app.yaml"), { path: "" }), "SYMLINK", "prod/z");
    const elsewhere = await read(link("z", "app.yaml"), { path: "other" });
    expect(elsewhere.ok && [...elsewhere.value.files.keys()]).toEqual(["prod/app.yaml"]);
  });

  it("a submodule is refused: nobody verified its commits", async () => {
    const submodule = (): RawEntry[] => [{ mode: "160000", name: "vendor", oid: "1".repeat(40) }];
    expectRefused(await read(submodule), "SUBMODULE", "prod/vendor");
    expectRefused(await read(submodule, { path: "other" }), "SUBMODULE", "prod/vendor");
  });

  it("a mode that git does not write is refused", async () => {
    expect((await read(file("z", "100755"))).ok).toBe(true);
    for (const mode of ["100664", "100666", "060000", "140000", "170000"]) {
      const judged = await read(file("z", mode));
      expect(judged).toMatchObject({ ok: false });
      expect(!judged.ok && judged.refusals[0].code).toMatch(/^(UNKNOWN_MODE|MALFORMED_TREE)$/);
    }
  });

  it("an entry that is not what its mode says is refused", async () => {
    const wrong = (repository: string): RawEntry[] => [
      { mode: "100644", name: "z", oid: rawTree(repository, []) },
    ];
    expect(await read(wrong)).toMatchObject({ ok: false, refusals: [{ code: "WRONG_TYPE" }] });
  });

  it("a tree of trees that unfolds without end stops at the limits", async () => {
    const bomb = (repository: string): RawEntry[] => {
      let tree = rawTree(repository, file("f")(repository));
      for (let level = 0; level < 12; level += 1) {
        tree = rawTree(
          repository,
          Array.from({ length: 10 }, (_, index) => ({ mode: "40000", name: `d${index}`, oid: tree })),
        );
      }
      return [{ mode: "40000", name: "z", oid: tree }];
    };
    expect(await read(bomb, { limits: { treeEntries: 1000 } })).toMatchObject({
      ok: false,
      refusals: [{ code: "TREE_TOO_LARGE" }],
    });
    const deep = folder("a", folder("b", folder("c", file("f"))));
    expect((await read(deep, { limits: { treeDepth: 4 } })).ok).toBe(true);
    expect(await read(deep, { limits: { treeDepth: 3 } })).toMatchObject({
      ok: false,
      refusals: [{ code: "TREE_TOO_LARGE" }],
    });
    expect((await read(file("b"), { limits: { treeBytes: 21 } })).ok).toBe(true);
    expectRefused(await read(file("b"), { limits: { treeBytes: 20 } }), "TREE_TOO_LARGE", "prod/b");
    expect((await read(file("b".repeat(10)), { limits: { pathBytes: 15 } })).ok).toBe(true);
    expectRefused(
      await read(file("b".repeat(11)), { limits: { pathBytes: 15 } }),
      "TREE_TOO_LARGE",
      `prod/${"b".repeat(11)}`,
    );
  });

  it("everything that is wrong is told at once", async () => {
    const several = (repository: string) => [...file(".git")(repository), ...link("y", "/x")(repository)];
    const judged = await read(several);
    expect(!judged.ok && judged.refusals.map(({ code }) => code)).toEqual(["UNSAFE_PATH", "SYMLINK"]);
  });
});
