import { describe, expect, it } from "vitest";
import type { CommitRuleMaterial } from "../api/index.ts";
import { People, type Person } from "./people.ts";
import { compileRules, ignorePaths } from "./rules.ts";

function person(name: string, roles: readonly string[], emails: readonly string[] = []): Person {
  return { name, roles, emails };
}

const PEOPLE = new People([
  person("alice", ["developer"], ["alice@bank.example"]),
  person("bob", ["developer", "releaser"]),
  person("carol", ["releaser"]),
]);

function codeOf(...rules: readonly Omit<CommitRuleMaterial, "paths">[]): string {
  try {
    compileRules(
      rules.map((rule) => ({ paths: ["**"], ...rule })),
      PEOPLE,
    );
    return "accepted";
  } catch (error) {
    return (error as { code: string }).code;
  }
}

const approvals = { role: "releaser", count: 1, notAuthor: true, via: ["note"] } as const;

describe("a rule that somebody can meet is taken, and its near miss is not", () => {
  it.each<[what: string, rule: Omit<CommitRuleMaterial, "paths">, expected: string]>([
    ["a role", { signedBy: { role: "developer" } }, "accepted"],
    ["a role that nobody has", { signedBy: { role: "Developer" } }, "INVALID_RULE"],
    ["one of several", { signedBy: { any: [{ role: "releaser" }, { signer: "alice" }] } }, "accepted"],
    [
      "one whom there is not",
      { signedBy: { any: [{ role: "releaser" }, { signer: "dave" }] } },
      "INVALID_RULE",
    ],
    ["two roles at once", { signedBy: { all: [{ role: "developer" }, { role: "releaser" }] } }, "accepted"],
    ["two people at once", { signedBy: { all: [{ signer: "alice" }, { signer: "bob" }] } }, "INVALID_RULE"],
    [
      "a person in a role of others",
      { signedBy: { all: [{ signer: "alice" }, { role: "releaser" }] } },
      "INVALID_RULE",
    ],
    ["an approval", { approvedBy: approvals }, "accepted"],
    [
      "two approvals, with a signer who is none of the two",
      { approvedBy: { ...approvals, count: 2 } },
      "accepted",
    ],
    ["more approvals than people", { approvedBy: { ...approvals, count: 3 } }, "INVALID_RULE"],
    ["approvals by nobody", { approvedBy: { ...approvals, role: "auditor" } }, "INVALID_RULE"],
    [
      "two approvals, where the signer is always one of the two",
      { signedBy: { role: "releaser" }, approvedBy: { ...approvals, count: 2 } },
      "INVALID_RULE",
    ],
    [
      "two approvals, where the signer may be one of them",
      { signedBy: { role: "releaser" }, approvedBy: { ...approvals, count: 2, notAuthor: false } },
      "accepted",
    ],
    ["addresses", { addresses: ["committer"] }, "accepted"],
    [
      "addresses of signers who have none",
      { signedBy: { role: "releaser" }, addresses: ["author"] },
      "INVALID_RULE",
    ],
    ["nothing", {}, "INVALID_RULE"],
  ])("%s", (_, rule, expected) => {
    expect(codeOf(rule)).toBe(expected);
  });

  it("nor are no rules, and patterns that match nothing", () => {
    expect(codeOf()).toBe("EMPTY_TRUST");
    expect(() => compileRules([{ paths: ["/prod//a"], signedBy: { role: "developer" } }], PEOPLE)).toThrow(
      expect.objectContaining({ code: "INVALID_RULE" }),
    );
  });
});

it("a name and an address are one person's", () => {
  const alice = person("alice", ["developer"], ["alice@bank.example"]);
  expect(new People([alice]).ownerOf("Alice@BANK.example")).toBe(alice);
  for (const other of [person("alice", []), person("bob", [], ["ALICE@bank.example"])]) {
    expect(() => new People([alice, other])).toThrow(expect.objectContaining({ code: "DUPLICATE_SIGNER" }));
  }
});

it("paths need not be read where every rule is about all of them", () => {
  const rules = (...lists: readonly string[][]) =>
    compileRules(
      lists.map((paths) => ({ paths, signedBy: { role: "developer" } })),
      PEOPLE,
    );
  expect(ignorePaths(rules(["**"], ["x", "**"]))).toBe(true);
  expect(ignorePaths(rules(["**"], ["prod/**"]))).toBe(false);
});
