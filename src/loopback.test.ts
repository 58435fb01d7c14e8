import { expect, it } from "vitest";
import { isLoopback } from "./loopback.ts";

it.each([
  ["http://localhost:1", true],
  ["http://127.0.0.1", true],
  ["http://127.255.0.9:80", true],
  ["http://0x7f000001", true],
  ["http://[::1]:8080", true],
  ["http://[0:0:0:0:0:0:0:1]", true],
  ["http://localhost.bank.example", false],
  ["http://127.0.0.1.bank.example", false],
  ["http://128.0.0.1", false],
  ["http://[::2]", false],
])("%s is this machine: %s", (url, expected) => {
  expect(isLoopback(new URL(url))).toBe(expected);
});
