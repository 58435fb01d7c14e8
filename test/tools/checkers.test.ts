import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithTools } from "../support/tools.ts";

/** One full tile, one partial, and a tile of the level above. */
const SIZE = 300;

interface Verdict {
  readonly ok: boolean;
  readonly size: number;
  readonly entries: number;
}

// The checkers judge our logs, so they are judged first: on a log that Tessera wrote, and on damaged copies of it.
describeWithTools(["tesseralog", "notecheck", "tesseracheck"], "the log checkers", (tools) => {
  let directory = "";
  let log = "";
  let vkey = "";

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-checkers-"));
    log = join(directory, "log");
    vkey = makeLog(tools.tesseralog, log, SIZE);
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const checkers = {
    notecheck: (path: string, key: string) => run(tools.notecheck, path, key),
    tesseracheck: (path: string, key: string) => run(tools.tesseracheck, pathToFileURL(path).href, key),
  };

  function damaged(file: string, offset: number): string {
    const copy = mkdtempSync(join(directory, "damaged-"));
    cpSync(log, copy, { recursive: true });
    const bytes = readFileSync(join(copy, file));
    bytes[offset] = (bytes[offset] ?? 0) ^ 1;
    writeFileSync(join(copy, file), bytes);
    return copy;
  }

  describe.each(["notecheck", "tesseracheck"] as const)("%s", (name) => {
    const check = checkers[name];

    it("accepts a log of Tessera's", () => {
      expect(check(log, vkey)).toMatchObject({ ok: true, size: SIZE, entries: SIZE });
    });

    it.each([
      ["an entry in a full bundle", "tile/entries/000", 5],
      ["an entry in the partial bundle", "tile/entries/001.p/44", 5],
      ["a leaf hash in a full tile", "tile/0/000", 0],
      ["a leaf hash in the partial tile", "tile/0/001.p/44", 32],
      ["the size in the checkpoint", "checkpoint", "tessera.example/log\n".length],
    ])("refuses one bit changed in %s", (_what, file, offset) => {
      expect(check(damaged(file, offset), vkey)).toMatchObject({ ok: false });
    });

    it("refuses another key of the same name", () => {
      const stranger = makeLog(tools.tesseralog, mkdtempSync(join(directory, "other-")), 1);
      expect(check(log, stranger)).toMatchObject({ ok: false });
    });
  });
});

/** Writes a log with a new key, and gives that key. */
function makeLog(program: string, log: string, size: number): string {
  const { stdout } = spawnSync(program, ["-log", log, "-entries", String(size)], { encoding: "utf8" });
  return (JSON.parse(stdout) as { vkey: string }).vkey;
}

function run(program: string, log: string, vkey: string): Verdict {
  const { stdout, status } = spawnSync(program, ["-log", log, "-vkey", vkey], { encoding: "utf8" });
  const verdict = JSON.parse(stdout) as Verdict;
  expect(status).toBe(verdict.ok ? 0 : 1);
  return verdict;
}
