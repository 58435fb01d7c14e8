import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome");

interface Finding {
  readonly severity: string;
  readonly category: string;
  readonly location: { readonly path: string };
}

interface Case {
  readonly what: string;
  readonly path: string;
  readonly code: string;
  /** The rule that must refuse it; undefined where it must pass. */
  readonly rule?: string;
}

const CLOCK = "export const value = Date.now();";
const FILE = `import { rm } from "node:fs/promises";\n\nexport const value = rm;`;

// The rules that an auditor relies on, and beside each the near miss that must pass.
const CASES: Case[] = [
  {
    what: "any",
    path: "src/a.ts",
    code: "export const f = (x: any) => x;",
    rule: "lint/suspicious/noExplicitAny",
  },
  { what: "unknown", path: "src/b.ts", code: "export const f = (x: unknown) => x;" },
  {
    what: "a non-null assertion",
    path: "src/c.ts",
    code: "export const f = (x?: string) => x!;",
    rule: "lint/style/noNonNullAssertion",
  },
  {
    what: "a thrown string",
    path: "src/d.ts",
    code: `export function f() {\n  throw "text";\n}`,
    rule: "lint/style/useThrowOnlyError",
  },
  {
    what: "a cast through unknown",
    path: "src/e.ts",
    code: "export const a = 1 as unknown as string;",
    rule: "plugin",
  },
  {
    what: "a floating promise",
    path: "src/f.ts",
    code: "async function save() {}\n\nexport function f() {\n  save();\n}",
    rule: "lint/nursery/noFloatingPromises",
  },
  {
    what: "an awaited promise",
    path: "src/g.ts",
    code: "async function save() {}\n\nexport async function f() {\n  await save();\n}",
  },
  {
    what: "a floating file operation",
    path: "src/h.ts",
    code: `import { rename } from "node:fs/promises";\n\nexport function f() {\n  rename("a", "b");\n}`,
    rule: "plugin",
  },
  {
    what: "a focused test",
    path: "src/i.test.ts",
    code: `import { it } from "vitest";\n\nit.only("x", () => {});`,
    rule: "lint/suspicious/noFocusedTests",
  },
  {
    what: "a skipped test",
    path: "src/j.test.ts",
    code: `import { it } from "vitest";\n\nit.skip("x", () => {});`,
    rule: "lint/suspicious/noSkippedTests",
  },
  { what: "a clock", path: "src/apply/clock.ts", code: CLOCK },
  ...["signatures/ssh", "trust", "gate", "audit/merkle"].flatMap((folder) => [
    { what: "a clock", path: `src/${folder}/clock.ts`, code: CLOCK, rule: "plugin" },
    {
      what: "today",
      path: `src/${folder}/today.ts`,
      code: "export const today = new Date();",
      rule: "plugin",
    },
    { what: "a given time", path: `src/${folder}/given.ts`, code: "export const given = new Date(5);" },
    {
      what: "chance",
      path: `src/${folder}/chance.ts`,
      code: "export const chance = Math.random();",
      rule: "plugin",
    },
    { what: "a clock in a test", path: `src/${folder}/clock.test.ts`, code: CLOCK },
  ]),
  { what: "a file", path: "src/apply/file.ts", code: FILE },
  ...["signatures/ssh/file.ts", "trust/file.ts", "gate/decide.ts", "audit/merkle/file.ts"].map((path) => ({
    what: "a file",
    path: `src/${path}`,
    code: FILE,
    rule: "lint/style/noRestrictedImports",
  })),
];

describe("the lint rules", () => {
  let directory = "";
  let findings: readonly Finding[] = [];

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-lint-"));
    for (const path of ["biome.json", "biome-plugins", ".gitignore"]) {
      cpSync(join(root, path), join(directory, path), { recursive: true });
    }
    for (const { path, code } of CASES) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), `${code}\n`);
    }
    const args = [biome, "lint", "--reporter=json", "--max-diagnostics=none"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8" });
    findings = (JSON.parse(stdout) as { diagnostics: Finding[] }).diagnostics;
  });

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it.each(CASES)("$path: $what", ({ path, rule }) => {
    const errors = findings.filter(
      ({ location, severity }) => location.path === path && severity === "error",
    );
    expect(errors.map(({ category }) => category)).toEqual(rule === undefined ? [] : [rule]);
  });
});
