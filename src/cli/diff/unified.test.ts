import { expect, it } from "vitest";
import { unifiedDiff } from "./unified.ts";

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

it("shows what changed with three lines around it", () => {
  const before = lines("1", "2", "3", "4", "5", "6", "7", "8", "9");
  expect(unifiedDiff(before, before.replace("5", "five"))).toEqual([
    "@@ -2,7 +2,7 @@",
    " 2",
    " 3",
    " 4",
    "-5",
    "+five",
    " 6",
    " 7",
    " 8",
  ]);
});

it("shows nothing for what is the same, and all of what is new or gone", () => {
  expect(unifiedDiff("a\n", "a\n")).toEqual([]);
  expect(unifiedDiff("", "a\nb\n").slice(1)).toEqual(["+a", "+b"]);
  expect(unifiedDiff("a\nb\n", "").slice(1)).toEqual(["-a", "-b"]);
});

it("texts that have too little in common are shown one after the other", () => {
  const texts = ["a", "b"].map((letter) =>
    lines(...Array.from({ length: 600 }, (_, at) => `${letter}${at}`)),
  );
  const [before = "", after = ""] = texts;
  const diff = unifiedDiff(before, after);
  expect(diff).toHaveLength(1_200);
  expect(diff.slice(0, 2)).toEqual(["-a0", "-a1"]);
  expect(diff[600]).toBe("+b0");
});
