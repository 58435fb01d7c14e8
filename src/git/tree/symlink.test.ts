import { expect, it } from "vitest";
import { describeLink } from "./symlink.ts";

it.each([
  ["link", "file"],
  ["a/b/link", "../../file"],
  ["a/link", "./../a/file"],
  ["a/link", ".."],
  ["link", "..file"],
])("%s → %s stays inside", (path, target) => {
  expect(describeLink(path, target)).toBe("inside");
});

it.each([
  ["link", ".."],
  ["link", "../file"],
  ["a/b/link", "../../../file"],
  ["a/link", "b/../../../a/file"],
  ["link", "/etc/passwd"],
  ["link", "C:/file"],
  ["link", "..\\file"],
  ["link", ""],
  ["link", "file\0"],
])("%s → %j leads out", (path, target) => {
  expect(describeLink(path, target)).toBe("outside");
});
