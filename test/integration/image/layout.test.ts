import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readLinkage } from "../../../scripts/image/elf.ts";
import { arrange, directory, type Entry, file, link, NONROOT } from "../../../scripts/image/entry.ts";
import { ImageError } from "../../../scripts/image/error.ts";
import { makeLayout } from "../../../scripts/image/layout.ts";
import { toTar } from "../../../scripts/image/tar.ts";
import { writeLayout } from "../../../scripts/image/write-layout.ts";
import { execute } from "./build.ts";

/** The code that it throws. */
function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof ImageError ? error.code : String(error);
  }
}

const layoutOf = (...entries: Entry[]) =>
  makeLayout({
    architecture: "amd64",
    config: {},
    annotations: {},
    tag: "1",
    layers: [{ description: "", entries }],
  });

test("the order in which entries are found makes no difference; a byte, a mode, an owner does", async () => {
  const [a, b] = [file("a/x", "1"), directory("b", 0o700, NONROOT)];
  const { digest } = await layoutOf(a, b);
  expect((await layoutOf(b, a)).digest).toBe(digest);
  const others = [
    await layoutOf(file("a/x", "2"), b),
    await layoutOf(file("a/x", "1", 0o755), b),
    await layoutOf(a, directory("b", 0o700)),
    await layoutOf(a),
  ];
  expect(new Set([digest, ...others.map((other) => other.digest)]).size).toBe(5);
});

test("folders come before what is in them, and one path has one entry", () => {
  const paths = arrange([file("a/b/c", ""), directory("a", 0o700)]).map(({ path, mode }) => [path, mode]);
  expect(paths).toEqual([
    ["a", 0o700],
    ["a/b", 0o755],
    ["a/b/c", 0o644],
  ]);
  expect(codeOf(() => arrange([file("a", ""), link("a", "b")]))).toBe("MALFORMED");
});

test("GNU tar reads the archives as they were meant", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-tar-"));
  try {
    const long = `${"d".repeat(90)}/${"e".repeat(60)}/${"f".repeat(100)}`;
    const entries = arrange([
      file(long, "x".repeat(513), 0o755),
      link("l", "/target"),
      directory("t", 0o1777, NONROOT),
    ]);
    await writeFile(join(folder, "a.tar"), toTar(entries));
    const { stdout, stderr } = await execute("tar", ["--numeric-owner", "-tvf", join(folder, "a.tar")], {
      env: { TZ: "UTC", LC_ALL: "C", PATH: process.env.PATH },
    });
    expect(stderr).toBe("");
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/));
    const time = ["1970-01-01", "00:00"];
    expect(lines).toContainEqual(["-rwxr-xr-x", "0/0", "513", ...time, long]);
    expect(lines).toContainEqual(["lrwxrwxrwx", "0/0", "0", ...time, "l", "->", "/target"]);
    expect(lines).toContainEqual(["drwxrwxrwt", "65532/65532", "0", ...time, "t/"]);
    expect(lines).toHaveLength(5);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a path that a header has no room for is refused, not cut", () => {
  const fits = [`${"a".repeat(155)}/${"b".repeat(100)}`, "c".repeat(100)];
  expect(fits.map((path) => codeOf(() => toTar([file(path, "")])))).toEqual([undefined, undefined]);
  const not = [
    `${"a".repeat(156)}/${"b".repeat(100)}`,
    `${"a".repeat(155)}/${"b".repeat(101)}`,
    "c".repeat(101),
  ];
  expect(not.map((path) => codeOf(() => toTar([file(path, "")])))).toEqual(not.map(() => "MALFORMED"));
});

test("what a program is linked to is read as the loader reads it", async () => {
  const linkage = readLinkage(await readFile(process.execPath));
  const { stdout } = await execute("ldd", [process.execPath]);
  expect(linkage.needed).toContain("libc.so.6");
  for (const name of linkage.needed) expect(stdout).toContain(name);
  expect(stdout).toContain(`${linkage.interpreter} (`);
  expect(codeOf(() => readLinkage(Buffer.from("#!/bin/sh\n")))).toBe("MALFORMED");
});

test("a folder is written over an earlier image, and over nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-layout-"));
  try {
    const [first, second] = [await layoutOf(file("a", "1")), await layoutOf(file("a", "2"))];
    const output = join(folder, "image");
    for (const layout of [first, second]) await writeLayout(layout, output);
    const blobs = await readdir(join(output, "blobs/sha256"));
    expect(blobs).toContain(second.digest.slice("sha256:".length));
    expect(blobs).not.toContain(first.digest.slice("sha256:".length));
    await writeFile(join(folder, "work"), "of somebody");
    await expect(writeLayout(first, folder)).rejects.toMatchObject({ code: "OCCUPIED" });
    expect(await readFile(join(folder, "work"), "utf8")).toBe("of somebody");
  } finally {
    await rm(folder, { recursive: true });
  }
});
