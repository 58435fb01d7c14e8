import { expect, it } from "vitest";
import { ageOf } from "./ages.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

it.each([
  ["2026-11-22T12:00:00Z", "0s"],
  ["2026-11-22T11:59:01Z", "59s"],
  ["2026-11-22T11:59:00Z", "1m"],
  ["2026-11-22T11:00:01Z", "59m"],
  ["2026-11-22T11:00:00Z", "1h"],
  ["2026-11-21T12:00:01Z", "23h"],
  ["2026-11-21T12:00:00Z", "1d"],
  ["2026-11-22T12:00:05Z", "0s"], // a clock that is ahead
])("%s is %s ago", (at, age) => {
  expect(ageOf(at, NOW)).toBe(age);
});

it("what never was has no age", () => {
  expect(ageOf(undefined, NOW)).toBe("");
  expect(ageOf("yesterday", NOW)).toBe("");
});
