import { describe, expect, it } from "vitest";
import { assertSafeHop, endpointOf } from "./endpoint.ts";
import { RegistryError } from "./error.ts";

describe("the endpoint of a registry", () => {
  it.each([
    ["registry.bank.example", "https://registry.bank.example/"],
    ["registry.bank.example:5000", "https://registry.bank.example:5000/"],
    ["docker.io", "https://registry-1.docker.io/"],
    ["localhost:5000", "http://localhost:5000/"],
    ["127.0.0.1:5000", "http://127.0.0.1:5000/"],
    ["127.8.9.10:5000", "http://127.8.9.10:5000/"],
    ["[::1]:5000", "http://[::1]:5000/"],
    ["10.0.0.1:5000", "https://10.0.0.1:5000/"],
    ["localhost.bank.example", "https://localhost.bank.example/"],
    ["127.0.0.1.bank.example", "https://127.0.0.1.bank.example/"],
  ])("%s is %s", (registry, expected) => {
    expect(endpointOf(registry).href).toBe(expected);
  });
});

describe("where a registry may send us", () => {
  it.each([
    ["https://a.example", "https://b.example"],
    ["https://a.example", "https://[::ffff:192.0.2.1]"],
    ["https://a.example", "https://notlocalhost"],
    ["http://127.0.0.1:1", "http://localhost:2"],
    ["http://127.0.0.1:1", "https://b.example"],
  ])("%s to %s", (from, to) => {
    expect(() => assertSafeHop(new URL(from), new URL(to))).not.toThrow();
  });

  it.each([
    ["off TLS", "https://a.example", "http://a.example"],
    ["to loopback", "https://a.example", "https://127.0.0.1"],
    ["to the unspecified address", "https://a.example", "https://0.0.0.0"],
    ["to IPv6's unspecified address", "https://a.example", "https://[::]"],
    ["to loopback in IPv6's clothes", "https://a.example", "https://[::ffff:127.0.0.1]"],
    ["to the unspecified one in them", "https://a.example", "https://[::ffff:0.0.0.0]"],
    ["to a name below localhost", "https://a.example", "https://a.localhost"],
    ["to localhost with a dot", "https://a.example", "https://localhost."],
    ["to plain loopback", "https://a.example", "http://[::1]:80"],
    ["to plain HTTP elsewhere", "http://127.0.0.1:1", "http://b.example"],
    ["to a file", "http://127.0.0.1:1", "file:///etc/passwd"],
    ["with credentials of its own", "https://a.example", "https://user:word@b.example"],
  ])("not %s", (_, from, to) => {
    expect(() => assertSafeHop(new URL(from), new URL(to))).toThrow(
      expect.objectContaining({ constructor: RegistryError, code: "UNSAFE_REDIRECT" }),
    );
  });
});
