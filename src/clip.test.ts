import { expect, it } from "vitest";
import { clip } from "./clip.ts";

it("leaves alone what is short, and bounds what is not", () => {
  const longest = "p".repeat(300);
  expect(clip(longest)).toBe(longest);
  expect(clip(`${longest}p`)).toBe(`${"p".repeat(299)}…`);
  expect(clip(`${"p".repeat(298)}😀${longest}`).isWellFormed()).toBe(true);
});
