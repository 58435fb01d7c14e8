import { describe, expect, it } from "vitest";
import { type Advertisement, parseAdvertisement } from "./advertisement.ts";
import { parseListedRef } from "./listed-ref.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const CAPABILITIES = "side-band-64k ofs-delta symref=HEAD:refs/heads/main object-format=sha1";

function codeOf(attempt: () => unknown): string {
  try {
    attempt();
    return "parsed";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe("an advertisement", () => {
  it.each<[string, string[], Advertisement]>([
    ["of protocol 2", ["version 2", "agent=git/2.47", "ls-refs=unborn", "fetch=shallow"], { version: 2 }],
    ["of protocol 0 without refs, by old servers", [], { version: 0, refs: [] }],
    [
      "of protocol 0 without refs",
      [`${"0".repeat(40)} capabilities^{}\0side-band-64k`],
      { version: 0, refs: [] },
    ],
    [
      "of protocol 0",
      [
        `${A} HEAD\0${CAPABILITIES}`,
        `${A} refs/heads/main`,
        `${B} refs/tags/v1`,
        `${C} refs/tags/v1^{}`,
        `shallow ${A}`,
      ],
      {
        version: 0,
        refs: [
          { ref: "HEAD", oid: A, target: "refs/heads/main" },
          { ref: "refs/heads/main", oid: A },
          { ref: "refs/tags/v1", oid: B, peeled: C },
        ],
      },
    ],
  ])("%s", (_, lines, expected) => {
    expect(parseAdvertisement(lines)).toEqual(expected);
  });

  it.each<[string, string[], string]>([
    ["of a version that nobody asked for", ["version 1", `${A} HEAD\0`], "NOT_A_GIT_SERVER"],
    ["without capabilities", [`${A} HEAD`], "NOT_A_GIT_SERVER"],
    ["that does not let fetch", ["version 2", "ls-refs"], "NOT_A_GIT_SERVER"],
    ["that lists nothing", ["version 2", "fetch"], "NOT_A_GIT_SERVER"],
    ["of SHA-256", ["version 2", "ls-refs", "fetch", "object-format=sha256"], "UNSUPPORTED_REPOSITORY"],
    ["of SHA-256 in protocol 0", [`${A} HEAD\0object-format=sha256`], "UNSUPPORTED_REPOSITORY"],
    ["with a name of no oid", ["refs/heads/main\0x"], "NOT_A_GIT_SERVER"],
    ["with a short oid", [`${A.slice(1)} HEAD\0x`], "NOT_A_GIT_SERVER"],
    ["with a line of three parts", [`${A} HEAD\0x`, `${A} refs/heads/main x`], "NOT_A_GIT_SERVER"],
    [
      "with a name that acts on a terminal",
      [`${A} HEAD\0x`, `${A} refs/heads/\u001b[2J`],
      "NOT_A_GIT_SERVER",
    ],
  ])("is none %s", (_, lines, code) => {
    expect(codeOf(() => parseAdvertisement(lines))).toBe(code);
  });
});

describe("a line of a listing", () => {
  it.each([
    [`${A} refs/heads/main`, { ref: "refs/heads/main", oid: A }],
    [`${A} refs/heads/é`, { ref: "refs/heads/é", oid: A }],
    [`${A} HEAD symref-target:refs/heads/main`, { ref: "HEAD", oid: A, target: "refs/heads/main" }],
    [`${A} refs/tags/v1 later:x peeled:${B}`, { ref: "refs/tags/v1", oid: A, peeled: B }],
  ])("%s", (line, expected) => {
    expect(parseListedRef(line)).toEqual(expected);
  });

  it.each([
    "",
    A,
    `${A} `,
    ` refs/heads/main`,
    `${A.toUpperCase()} refs/heads/main`,
    `unborn HEAD symref-target:refs/heads/main`,
    `${A} refs/tags/v1 peeled:`,
    `${A} refs/tags/v1 peeled:x`,
    `${A} refs/heads/a\tb`,
    `${A} HEAD symref-target:`,
  ])("is none: %j", (line) => {
    expect(codeOf(() => parseListedRef(line))).toBe("NOT_A_GIT_SERVER");
  });
});
