import { expect, test } from "vitest";
import { printable } from "./text.ts";

test.each([
  ["an escape sequence", "\u001b[2Jgone", "\\u001b[2Jgone"],
  ["a new line", "a\nb", "a\\u000ab"],
  ["a right-to-left override", "a\u202eb", "a\\u202eb"],
  ["a line separator", "a\u2028b", "a\\u2028b"],
])("%s is shown, not obeyed", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});

test("text in any script is left as it is", () => {
  expect(printable("Ünïcödé — 日本語 עברית 🚰")).toBe("Ünïcödé — 日本語 עברית 🚰");
});
