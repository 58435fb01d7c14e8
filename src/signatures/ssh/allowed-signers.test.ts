import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseAllowedSigners } from "./allowed-signers.ts";
import { nameSigner } from "./pattern-list.ts";
import { toSshKeyLine } from "./sign.ts";

const KEY = toSshKeyLine(generateKeyPairSync("ed25519").publicKey);
const OTHER = toSshKeyLine(generateKeyPairSync("ed25519").publicKey);

function read(text: string) {
  const parsed = parseAllowedSigners(text);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

function only(line: string) {
  const [signer] = read(line).signers;
  if (signer === undefined) throw new Error("the line was passed over");
  return signer;
}

function codeOf(text: string): string {
  const parsed = parseAllowedSigners(text);
  return parsed.ok ? "accepted" : parsed.refusals[0].code;
}

describe("an entry", () => {
  it("is principals and a key", () => {
    const { signers } = read(`# signers\n\nalice@x,bob@x ${KEY} comment\n\t"Carol C" ${KEY}\r\n`);
    expect(signers.map(({ principal, line }) => [principal, line])).toEqual([
      ["alice@x", 3],
      ["Carol C", 4],
    ]);
  });

  it("may have options, in any case and order", () => {
    expect(
      only(`a Valid-After="20260101Z",NAMESPACES="file,git",valid-before="20270101123456Z" ${KEY}`),
    ).toMatchObject({
      validAfter: Date.UTC(2026, 0, 1),
      validBefore: Date.UTC(2027, 0, 1, 12, 34, 57),
    });
  });

  it.each(["20260101Z", "20260101z", "20260101UTC", "202601010000utc"])("may have the time %s", (time) => {
    expect(only(`a valid-after="${time}" ${KEY}`).validAfter).toBe(Date.UTC(2026, 0, 1));
  });

  it("has times in the machine's own zone, unless they end in Z", () => {
    expect(only(`a valid-after="202601011230" ${KEY}`).validAfter).toBe(
      new Date(2026, 0, 1, 12, 30).getTime(),
    );
  });
});

describe("an entry of a certificate authority", () => {
  it("says whom the authority may name, and when", () => {
    const { signers, authorities } = read(
      `a*,!ann cert-authority,valid-after="20260101Z",namespaces="git" ${KEY}\nb ${KEY}`,
    );
    expect(signers.map(({ principal }) => principal)).toEqual(["b"]);
    expect(authorities).toMatchObject([
      { principals: "a*,!ann", validAfter: Date.UTC(2026, 0, 1), validBefore: undefined, line: 1 },
    ]);
  });

  it.each([
    [["bob", "alice", "ann"], "a*", "alice"],
    [["bob", "ann", "alice"], "a*,!ann", "alice"],
    [["ann"], "a*,!ann", undefined],
    [["alice", "bob"], "bob,alice", "bob"],
    [["alice"], "*", "alice"],
    [["alice"], "Alice", undefined],
    [["alice"], "alic", undefined],
    [["alice.evil"], "alice", undefined],
    [["é"], "?", undefined],
    [["é"], "??", "é"],
    [["!alice"], "!alice", undefined],
    [[], "*", undefined],
  ])("names of %j by %j: %s", (principals, list, expected) => {
    expect(nameSigner(principals, list)).toBe(expected);
  });
});

describe("a local time", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each([
    ["20260329020000", "MALFORMED_ALLOWED_SIGNERS"],
    ["20260329015959", "accepted"],
    ["20260329030000", "accepted"],
    ["20261025023000", "MALFORMED_ALLOWED_SIGNERS"],
    ["20261025015959", "accepted"],
    ["20261025030000", "accepted"],
    ["20261025023000Z", "accepted"],
  ])("that is not one instant is refused: %s", (time, expected) => {
    vi.stubEnv("TZ", "Europe/Berlin");
    expect(codeOf(`a valid-after="${time}" ${KEY}`)).toBe(expected);
  });
});

describe("an entry that grants nothing here is passed over, and reported", () => {
  it.each([
    ["of a certificate authority for another namespace", `a cert-authority,namespaces="file" ${KEY}`],
    ["for another namespace", `a namespaces="file" ${KEY}`],
    ["that excludes git", `a namespaces="*,!g?t" ${KEY}`],
    ["that excludes its only principal", `!a ${KEY}`],
    ["that excludes what it names", `a,!a ${KEY}`],
    ["of a kind that is not supported", "a ssh-dss AAAAB3NzaC1kc3M="],
    [
      "of a key that is too short",
      toSshKeyLine(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey, "a").replace(/^/, "a "),
    ],
  ])("%s", (_, line) => {
    const { signers, skipped } = read(`${line}\nb ${OTHER}\n`);
    expect(signers.map(({ principal }) => principal)).toEqual(["b"]);
    expect(skipped.map((entry) => entry.line)).toEqual([1]);
  });

  it.each([
    ["b", []],
    ["a", ["a"]],
    ["*", ["a"]],
    ["c,b", ["c"]],
    ["!a,*", ["c"]],
  ])("and hides those after it with the same key that name other people: %s", (principals, names) => {
    const { signers, skipped } = read(`a,c namespaces="file" ${KEY}\n${principals} ${KEY}\nd ${OTHER}\n`);
    expect(signers.map(({ principal }) => principal)).toEqual([...names, "d"]);
    expect(skipped.map((entry) => entry.line)).toEqual(names.length === 0 ? [1, 2] : [1]);
  });

  it("hides nothing before it, and no authority of the same key", () => {
    const { signers, authorities } = read(`b ${KEY}\na namespaces="file" ${KEY}\nc cert-authority ${KEY}\n`);
    expect(signers.map(({ principal }) => principal)).toEqual(["b"]);
    expect(authorities).toMatchObject([{ principals: "c", hiddenBy: [] }]);
  });

  it("is not one of a great many with the same key", () => {
    const many = (count: number) => read(`${`a namespaces="file" ${KEY}\n`.repeat(count)}a ${KEY}\n`).signers;
    expect(many(63)).toHaveLength(1);
    expect(many(64)).toHaveLength(0);
  });

  it.each(["*", "g*", "file,git", "?it", "*t,x"])("but not for the namespaces %j", (namespaces) => {
    expect(read(`a namespaces="${namespaces}" ${KEY}`).signers).toHaveLength(1);
  });
});

describe("a file with a line that cannot be read is refused whole", () => {
  it.each([
    ["no key", "a@x"],
    ["no principals", ` ${KEY}`],
    ["a damaged key", `a ${KEY.replace("AAAAC3", "AAAAC4")}`],
    ["a quote inside the principals", `a"b ${KEY}`],
    ["something right after the quoted principals", `"a"b ${KEY}`],
    ["an unclosed quote", `"a ${KEY}`],
    ["an option that is not known", `a verify-required="x" ${KEY}`],
    ["an option without quotes", `a valid-after=20260101 ${KEY}`],
    ["an unclosed option", `a namespaces="git ${KEY}`],
    ["an option twice", `a namespaces="git",namespaces="file" ${KEY}`],
    ["a comma too many", `a namespaces="git", ${KEY}`],
    ["a byte order mark", `\ufeffa ${KEY}`],
    ["a space that is none for ssh-keygen", `a \u00a0${KEY}`],
    ["a NUL byte", `a ${KEY} comment\0`],
    ["a backslash in an option", `a namespaces="git\\" ${KEY}`],
    ["a day that does not exist", `a valid-after="20260231Z" ${KEY}`],
    ["a month that does not exist", `a valid-after="20261301Z" ${KEY}`],
    ["an hour that does not exist", `a valid-after="202601012500Z" ${KEY}`],
    ["a time of another form", `a valid-after="2026-01-01" ${KEY}`],
    ["a window that never opens", `a valid-after="20270101Z",valid-before="20260101Z" ${KEY}`],
  ])("%s", (_, line) => {
    expect(codeOf(`b ${KEY}\n${line}\n`)).toBe("MALFORMED_ALLOWED_SIGNERS");
  });

  it("names every such line", () => {
    const parsed = parseAllowedSigners(`x\nb ${KEY}\ny\n`);
    const subjects = parsed.ok ? [] : parsed.refusals.map(({ subject }) => subject);
    expect(subjects).toEqual(["line 1", "line 3"]);
  });
});

it("answers any text, and never throws", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "a",
      "b,!a",
      " ",
      "\t",
      "cert-authority",
      ",",
      'namespaces="git"',
      'valid-after="20260101"',
      '"',
      "#",
      "\n",
      KEY,
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      expect(["accepted", "MALFORMED_ALLOWED_SIGNERS"]).toContain(codeOf(words.join("")));
    }),
    { numRuns: 500 },
  );
});
