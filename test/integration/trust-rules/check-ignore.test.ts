import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { matchPath, parsePathPatterns } from "../../../src/trust/path-pattern.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";

/** What git makes of lists of patterns, one folder a list so that one process judges many. */
class CheckIgnore implements Disposable {
  readonly #sandbox = new Sandbox();

  /** For each list, the paths that it matches. */
  judge(lists: readonly (readonly string[])[], paths: readonly string[]): Set<string>[] {
    const folders = lists.map((list, index) => {
      mkdirSync(join(this.#sandbox.repo, `${index}`), { recursive: true });
      writeFileSync(
        join(this.#sandbox.repo, `${index}`, ".gitignore"),
        list.map((text) => `${text}\n`).join(""),
      );
      return paths.map((path) => `${index}/${path}`);
    });
    const input = folders
      .flat()
      .map((path) => `${path}\0`)
      .join("");
    const fields = this.#run(input).split("\0");
    const found = lists.map(() => new Set<string>());
    // source, line, pattern, path
    for (let at = 0; at + 3 < fields.length; at += 4) {
      const [source = "", , pattern = "", path = ""] = fields.slice(at, at + 4);
      if (source === "" || pattern.startsWith("!")) continue;
      const [index = "", ...names] = path.split("/");
      found[Number(index)]?.add(names.join("/"));
    }
    return found;
  }

  #run(input: string): string {
    const args = ["-C", this.#sandbox.repo, "-c", "core.ignoreCase=false", "check-ignore", "--no-index"];
    try {
      return execFileSync("git", [...args, "-v", "-n", "-z", "--stdin"], {
        input,
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null" },
      }).toString();
    } catch (error) {
      // Exit code 1 says that nothing is ignored.
      if (error instanceof Error && "stdout" in error && "status" in error && error.status === 1) {
        return String(error.stdout);
      }
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#sandbox[Symbol.dispose]();
  }
}

const LETTERS = ["a", "b", "A", ".", "-", "[", "]", "!", "#", " ", "*", "\\", "ä", ":", "1", "^"];
const GLOBS = [
  ...LETTERS,
  "*",
  "?",
  "a",
  "b",
  "[ab]",
  "[!a]",
  "[a-c]",
  "[[:alpha:]]",
  "\\*",
  "[]-]",
  "[^",
  "[a-",
];

const name = fc
  .string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 3 })
  .filter((text) => text !== "." && text !== "..");
const path = fc.array(fc.oneof(fc.constantFrom("a", "b", "ab"), name), { minLength: 1, maxLength: 4 });
const segment = fc.oneof(
  fc.constantFrom("a", "b", "ab", "**", "*"),
  // Two stars in a longer segment mean one, and a space at the end nothing: both are refused here for being unclear.
  fc
    .string({ unit: fc.constantFrom(...GLOBS), minLength: 1, maxLength: 4 })
    .filter((text) => !text.includes("**") && !text.endsWith(" ")),
);
const pattern = fc
  .tuple(
    fc.constantFrom("", "", "", "/", "!", "!/"),
    fc.array(segment, { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", "", "/", "/**"),
  )
  .map(([before, segments, after]) => `${before}${segments.join("/")}${after}`);
const scene = fc.record({
  lists: fc.array(fc.array(pattern, { minLength: 1, maxLength: 4 }), { minLength: 20, maxLength: 20 }),
  paths: fc
    .array(path, { minLength: 40, maxLength: 40 })
    .map((all) => [...new Set(all.map((names) => names.join("/")))]),
});

/** git reads brackets on across a slash, and lets a slash be escaped; here both are refused. */
const ACROSS_A_SLASH = /\[.*\/|\\\//;

describeWithTools(["git"], "patterns and `git check-ignore`", () => {
  let checkIgnore: CheckIgnore;

  beforeAll(() => {
    checkIgnore = new CheckIgnore();
  });

  afterAll(() => checkIgnore[Symbol.dispose]());

  it("agree on every path, and git matches nothing by a list whose one pattern is refused", () => {
    const seen = { accepted: 0, refused: 0, matched: 0 };
    fc.assert(
      fc.property(scene, ({ lists, paths }) => {
        const answers = checkIgnore.judge(lists, paths);
        for (const [index, list] of lists.entries()) {
          const parsed = parsePathPatterns(list);
          const expected = answers[index] ?? new Set();
          if (parsed.ok) {
            const found = paths.filter((each) => matchPath(each, parsed.value) === "whole");
            expect({ list, found }).toEqual({ list, found: paths.filter((each) => expected.has(each)) });
            seen.accepted += 1;
            seen.matched += found.length;
          } else if (list.length === 1 && !ACROSS_A_SLASH.test(list.join())) {
            expect({ list, found: [...expected] }).toEqual({ list, found: [] });
            seen.refused += 1;
          }
        }
      }),
      { numRuns: 60, seed: 4 },
    );
    expect(seen.accepted).toBeGreaterThan(300);
    expect(seen.refused).toBeGreaterThan(50);
    expect(seen.matched).toBeGreaterThan(1000);
  });
});
