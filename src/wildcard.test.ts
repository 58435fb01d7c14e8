import fc from "fast-check";
import { expect, it } from "vitest";
import { matchesWildcard } from "./wildcard.ts";

function matches(text: string, pattern: string): boolean {
  return matchesWildcard(
    text,
    pattern,
    (part) => part === "*",
    (part, character) => part === character,
  );
}

it.each([
  ["", "", true],
  ["", "*", true],
  ["a", "", false],
  ["abc", "abc", true],
  ["abc", "abd", false],
  ["abc", "ab", false],
  ["ab", "abc", false],
  ["abc", "a*", true],
  ["abc", "*c", true],
  ["abc", "*b", false],
  ["abcbd", "*b*d", true],
  ["aXbXc", "a*X*c", true],
  ["mississippi", "m*iss*p*i", true],
  ["mississippi", "m*iss*p*s", false],
  ["a*", "a*", true],
])("%j and %j: %s", (text, pattern, expected) => {
  expect(matches(text, pattern)).toBe(expected);
});

it("agrees with the definition, tried out", () => {
  const tryAll = (text: string, pattern: string): boolean => {
    const [part, rest] = [pattern.slice(0, 1), pattern.slice(1)];
    if (part === "") return text === "";
    if (part !== "*") return text.startsWith(part) && tryAll(text.slice(1), rest);
    return Array.from({ length: text.length + 1 }, (_, taken) => tryAll(text.slice(taken), rest)).some(
      Boolean,
    );
  };
  const few = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 8 });
  fc.assert(
    fc.property(few("ab"), few("ab*"), (text, pattern) => {
      expect(matches(text, pattern)).toBe(tryAll(text, pattern));
    }),
    { numRuns: 2000 },
  );
});

it("takes no longer for a pattern made to be slow", () => {
  expect(matches("a".repeat(20_000), `${"*a".repeat(100)}*b`)).toBe(false);
});
