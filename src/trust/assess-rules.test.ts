import { describe, expect, it } from "vitest";
import {
  approval,
  change,
  compile,
  identity,
  judge,
  PEOPLE,
  signedRules,
} from "../../test/support/rule-changes.ts";
import type { CommitRuleMaterial } from "../api/index.ts";
import { assessRules, judgeMover, type SignedChange } from "./assess-rules.ts";
import type { ApprovalRecord } from "./judge-approval.ts";
import type { CommitRule } from "./rules.ts";

const LAYERED = signedRules(["developer", "**"], ["releaser", "prod/**", "/keys/*"]);
const DISJOINT = signedRules(["developer", "test/**"], ["releaser", "prod/**"]);

describe("every rule that matches a changed path must be met", () => {
  it.each([
    ["a developer, elsewhere", ["developer"], ["docs/a", "test/b"], "passed"],
    ["a developer, in production", ["developer"], ["docs/a", "prod/b"], "ROLE_MISSING"],
    ["a releaser alone", ["releaser"], ["prod/b"], "ROLE_MISSING"],
    ["both roles", ["developer", "releaser"], ["prod/b", "keys/c", "docs/a"], "passed"],
    ["a submodule where production would be", ["developer"], ["prod/"], "ROLE_MISSING"],
    ["a role that only looks alike", ["developer", "Releaser"], ["prod/b"], "ROLE_MISSING"],
    ["no role", [], ["docs/a"], "ROLE_MISSING"],
    ["nothing changed", ["developer"], [], "passed"],
    ["nothing changed, by a releaser alone", ["releaser"], [], "ROLE_MISSING"],
  ])("%s", (_, roles, paths, expected) => {
    expect(judge(LAYERED, change({ roles }), paths)).toBe(expected);
  });
});

describe("a path that no rule matches is refused", () => {
  it.each([
    ["one that is covered", ["developer"], ["test/a"], "passed"],
    ["one that is not", ["developer", "releaser"], ["test/a", "README"], "PATH_NOT_COVERED"],
    ["the folder's own name", ["developer"], ["test"], "PATH_NOT_COVERED"],
    ["a submodule in a folder that is covered", ["developer"], ["test/lib/"], "passed"],
    ["a submodule where a folder would be", ["developer", "releaser"], ["test/"], "PATH_NOT_COVERED"],
    ["nothing changed, with one of the roles", ["releaser"], [], "passed"],
    ["nothing changed, with none of them", ["auditor"], [], "ROLE_MISSING"],
  ])("%s", (_, roles, paths, expected) => {
    expect(judge(DISJOINT, change({ roles }), paths)).toBe(expected);
  });

  it("whatever a rule says about addresses alone", () => {
    const rules = compile([{ paths: ["**"], addresses: ["committer"] }]);
    expect(judge(rules, change(), ["a"])).toBe("PATH_NOT_COVERED");
    expect(judge(rules, change(), [])).toBe("PATH_NOT_COVERED");
  });
});

describe("who must have signed", () => {
  it.each<
    [what: string, signedBy: CommitRuleMaterial["signedBy"], by: Partial<SignedChange>, expected: string]
  >([
    ["one of several", { any: [{ role: "releaser" }, { signer: "alice" }] }, {}, "passed"],
    ["none of them", { any: [{ role: "releaser" }, { signer: "bob" }] }, {}, "SIGNER_NOT_ALLOWED"],
    ["none of the roles", { any: [{ role: "releaser" }, { role: "auditor" }] }, {}, "ROLE_MISSING"],
    ["all at once", { all: [{ role: "developer" }, { signer: "alice" }] }, {}, "passed"],
    ["all but one role", { all: [{ role: "releaser" }, { signer: "alice" }] }, {}, "ROLE_MISSING"],
    ["all but the person", { all: [{ role: "developer" }, { signer: "bob" }] }, {}, "SIGNER_NOT_ALLOWED"],
  ])("%s", (_, signedBy, by, expected) => {
    expect(judge(compile([{ paths: ["**"], signedBy }]), change(by), ["a"])).toBe(expected);
  });
});

describe("whose addresses a commit carries", () => {
  const rule = { paths: ["**"], signedBy: { role: "developer" } } as const;

  it.each<[what: string, by: Partial<SignedChange>, committer: string, author: string]>([
    ["the signer's", {}, "passed", "passed"],
    ["another author's", { author: identity("bob") }, "passed", "AUTHOR_MISMATCH"],
    ["another committer's", { committer: identity("bob") }, "COMMITTER_MISMATCH", "passed"],
    [
      "spelt otherwise",
      { author: { ...identity("alice"), email: "Alice@bank.example" } },
      "passed",
      "AUTHOR_MISMATCH",
    ],
    ["another signer's commit", { signer: "bob" }, "COMMITTER_MISMATCH", "AUTHOR_MISMATCH"],
  ])("%s", (_, by, committer, author) => {
    expect(judge(compile([{ ...rule, addresses: ["committer"] }]), change(by), ["a"])).toBe(committer);
    expect(judge(compile([{ ...rule, addresses: ["author"] }]), change(by), ["a"])).toBe(author);
  });
});

describe("who must have approved", () => {
  const approvedBy = { role: "releaser", count: 2, notAuthor: true, via: ["merge", "tag", "note"] } as const;
  const developer = { paths: ["**"], signedBy: { role: "developer" } } as const;
  const fourEyes = compile([developer, { paths: ["prod/**"], approvedBy }]);
  const byNoteOnly = compile([
    developer,
    { paths: ["prod/**"], approvedBy: { ...approvedBy, via: ["note"] } },
  ]);
  const withAuthor = compile([
    developer,
    { paths: ["prod/**"], approvedBy: { ...approvedBy, notAuthor: false } },
  ]);
  const [alice, bob, carol] = [approval("alice"), approval("bob"), approval("carol")];

  it.each<[what: string, rules: CommitRule[], approvals: readonly ApprovalRecord[], expected: string]>([
    ["two people", fourEyes, [bob, carol], "passed"],
    ["two people in different ways", fourEyes, [bob, approval("carol", { via: "merge" })], "passed"],
    ["one person", fourEyes, [bob], "APPROVAL_MISSING"],
    ["nobody", fourEyes, [], "APPROVAL_MISSING"],
    [
      "one person with two keys",
      fourEyes,
      [bob, approval("bob", { key: "other", via: "tag" })],
      "APPROVAL_MISSING",
    ],
    [
      "one without the role",
      fourEyes,
      [bob, approval("carol", { roles: ["developer"] })],
      "APPROVAL_MISSING",
    ],
    [
      "one whose key does not count",
      fourEyes,
      [bob, approval("carol", { code: "KEY_REVOKED" })],
      "APPROVAL_MISSING",
    ],
    [
      "nobody knows whom",
      fourEyes,
      [bob, approval("carol", { signer: null, code: "UNKNOWN_KEY" })],
      "APPROVAL_MISSING",
    ],
    ["the signer of the commit", fourEyes, [bob, alice], "APPROVAL_MISSING"],
    ["the signer, where that is enough", withAuthor, [bob, alice], "passed"],
    [
      "in a way that does not count",
      byNoteOnly,
      [bob, approval("carol", { via: "merge" })],
      "APPROVAL_MISSING",
    ],
    ["in the way that counts", byNoteOnly, [bob, carol], "passed"],
  ])("%s", (_, rules, approvals, expected) => {
    expect(judge(rules, change({ approvals }), ["prod/a"])).toBe(expected);
    expect(judge(rules, change({ approvals }), ["docs/a"])).toBe("passed");
  });

  it("is told: how many of how many, by whom, and who does not count for what reason", () => {
    const [told] = assessRules(fourEyes, change({ approvals: [bob, alice] }), ["prod/a"], PEOPLE).rules.slice(
      1,
    );
    expect(told?.approvals).toEqual({
      needed: approvedBy,
      approvers: ["bob"],
      passedOver: [{ approval: alice, code: "SELF_APPROVAL" }],
    });
    expect(told?.problems[0]?.message).toContain("1 of 2 approvals by releaser (bob)");
  });

  it("comes last: what no approval helps is told before", () => {
    expect(judge(fourEyes, change({ roles: [] }), ["prod/a"])).toBe("ROLE_MISSING");
  });
});

describe("whoever moves a tag", () => {
  const trustOf = (rules: readonly CommitRule[]) => ({ rules, people: PEOPLE });
  const approvedBy = { role: "releaser", count: 2, notAuthor: true, via: ["note"] } as const;

  it.each([
    ["may sign what changes nothing", LAYERED, ["developer"], "passed"],
    ["may not", LAYERED, ["releaser"], "ROLE_MISSING"],
    [
      "may approve, where that is all that is asked",
      compile([{ paths: ["**"], approvedBy }]),
      ["releaser"],
      "passed",
    ],
    ["may not even approve", compile([{ paths: ["**"], approvedBy }]), ["developer"], "ROLE_MISSING"],
  ])("%s", (_, rules, roles, expected) => {
    expect(judgeMover(trustOf(rules), { signer: "alice", roles })?.code ?? "passed").toBe(expected);
  });
});

it("a path is told, but not at any length", () => {
  const path = (length: number) => `prod/${"p".repeat(length - 5)}`;
  const told = (length: number) =>
    assessRules(LAYERED, change(), [path(length)], PEOPLE).problems[0]?.message;
  expect(told(200)).toContain(path(200));
  expect(told(4000)?.length).toBeLessThan(500);
});
