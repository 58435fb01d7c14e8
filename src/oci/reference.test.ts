import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatReference, parseReference } from "./reference.ts";

const HEX = "0123456789abcdef".repeat(4);
const DIGEST = `sha256:${HEX}`;

function canonical(text: string): string {
  const parsed = parseReference(text);
  return parsed.ok ? formatReference(parsed.value) : parsed.refusals[0].code;
}

describe("an image reference means what container engines take it for", () => {
  it.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.29", "docker.io/library/nginx:1.29"],
    ["library/nginx", "docker.io/library/nginx:latest"],
    ["bitnami/redis", "docker.io/bitnami/redis:latest"],
    ["docker.io/nginx", "docker.io/library/nginx:latest"],
    ["index.docker.io/library/nginx", "docker.io/library/nginx:latest"],
    ["localhost/nginx", "localhost/nginx:latest"],
    ["localhost:5000/a/b:c", "localhost:5000/a/b:c"],
    ["127.0.0.1:5000/a:v1", "127.0.0.1:5000/a:v1"],
    ["[::1]:5000/a:v1", "[::1]:5000/a:v1"],
    ["registry.bank.example/payments/api:1.0", "registry.bank.example/payments/api:1.0"],
    [`nginx@${DIGEST}`, `docker.io/library/nginx@${DIGEST}`],
    [`nginx:1.29@${DIGEST}`, `docker.io/library/nginx:1.29@${DIGEST}`],
    ["a.b/c__d/e---f/g.h", "a.b/c__d/e---f/g.h:latest"],
    [`a.b/c:${"t".repeat(128)}`, `a.b/c:${"t".repeat(128)}`],
  ])("%s", (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    ["nothing", ""],
    ["no name", ":v1"],
    ["an empty tag", "nginx:"],
    ["an empty digest", "nginx@"],
    ["white space", " nginx"],
    ["a line break", "nginx\n"],
    ["an upper-case path", "a.b/Nginx"],
    ["an upper-case host", "A.b/nginx"],
    ["a path that leaves", "a.b/../c"],
    ["an empty part", "a.b//c"],
    ["a trailing slash", "a.b/c/"],
    ["three underscores", "a.b/c___d"],
    ["a trailing separator", "a.b/c-"],
    ["a tag too long", `a.b/c:${"t".repeat(129)}`],
    ["a tag with a slash in its digest", "a.b/c@sha256:x/y"],
    ["an upper-case digest", `a.b/c@${DIGEST.toUpperCase().replace("SHA", "sha")}`],
    ["a short digest", `a.b/c@${DIGEST.slice(0, -1)}`],
    ["another algorithm", `a.b/c@sha512:${HEX}${HEX}`],
    ["two digests", `a.b/c@${DIGEST}@${DIGEST}`],
    ["an image id", HEX],
    ["a name too long", `a.b/${"c".repeat(255)}`],
    ["a port too high", "a.b:65536/c"],
    ["a port with a zero before it", "a.b:080/c"],
    ["a shortened IPv4 address", "127.1:5000/c"],
    ["a hexadecimal IPv4 address", "0x7f.0.0.1/c"],
    ["a spelled-out IPv6 address", "[0:0:0:0:0:0:0:1]:5000/c"],
    ["a scheme", "https://a.b/c"],
    ["user info", "user@a.b/c"],
    ["a query", "a.b/c?d=e"],
    ["percent encoding", "a.b/c%2fd"],
  ])("refuses %s", (_, text) => {
    expect(canonical(text)).toBe("IMAGE_REFERENCE_INVALID");
  });
});

it("reads what it writes, and as the same", () => {
  const part = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,8})?$/);
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const tag = fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: undefined });
  fc.assert(
    fc.property(name, tag, fc.boolean(), (path, chosen, pinned) => {
      const text = `${path}${chosen === undefined ? "" : `:${chosen}`}${pinned ? `@${DIGEST}` : ""}`;
      const first = canonical(text);
      expect(canonical(first)).toBe(first);
    }),
  );
});

it("takes any text without throwing, and quotes no more than a reference can hold", () => {
  const text = fc.oneof(fc.string({ maxLength: 600 }), fc.stringMatching(/^[a-z0-9@:./_[\]-]{0,600}$/));
  fc.assert(
    fc.property(text, (each) => {
      const parsed = parseReference(each);
      expect(parsed.ok || parsed.refusals[0].subject.length <= 456).toBe(true);
    }),
  );
});
