import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { approval, change, compile, identity, judge, SIGNERS } from "../../test/support/rule-changes.ts";
import type { ApprovalRecord } from "./judge-approval.ts";

describe("whatever the rules are", () => {
  const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
  const paths = fc.subarray(["prod/a", "prod/b/c", "docs/a", "README", "lib/"], { minLength: 0 });
  const rule = fc
    .record({
      paths: some(["**", "prod/**", "docs/", "/README", "*.md"]),
      signedBy: fc.option(
        fc.oneof(
          fc.record({ role: fc.constantFrom("developer", "releaser") }),
          fc.record({ any: fc.constant([{ role: "releaser" }, { signer: "alice" }]) }),
          fc.record({ all: fc.constant([{ role: "developer" }, { role: "releaser" }]) }),
        ),
        { nil: undefined },
      ),
      approvedBy: fc.option(
        fc.record({
          role: fc.constantFrom("releaser", "auditor"),
          count: fc.integer({ min: 1, max: 3 }),
          notAuthor: fc.boolean(),
          via: some(["merge", "tag", "note"] as const),
        }),
        { nil: undefined },
      ),
      addresses: fc.option(some(["committer", "author"] as const), { nil: undefined }),
    })
    .filter(
      ({ signedBy, approvedBy, addresses }) =>
        signedBy !== undefined || approvedBy !== undefined || addresses !== undefined,
    );
  const anApproval = fc
    .record({
      signer: fc.constantFrom(...SIGNERS),
      via: fc.constantFrom("merge", "tag", "note"),
      roles: fc.subarray(["releaser", "auditor"]),
      code: fc.constantFrom(null, null, null, "KEY_REVOKED"),
    })
    .map(({ signer, ...parts }) => approval(signer, parts as Partial<ApprovalRecord>));
  const aChange = fc
    .record({
      roles: fc.subarray(["developer", "releaser"]),
      author: fc.constantFrom(...SIGNERS).map(identity),
      approvals: fc.array(anApproval, { maxLength: 6 }),
    })
    .map((parts) => change(parts));
  const many = { numRuns: 2000 };

  it("one more never lets through what the others refuse, but for a path that they did not cover", () => {
    let passed = 0;
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        rule,
        aChange,
        paths,
        (rules, more, by, changed) => {
          const before = judge(compile(rules), by, changed);
          const after = judge(compile([...rules, more]), by, changed);
          const wasOpen = before === "passed" || before === "PATH_NOT_COVERED";
          expect(wasOpen || after !== "passed" || changed.length === 0).toBe(true);
          if (after === "passed") passed += 1;
        },
      ),
      many,
    );
    expect(passed).toBeGreaterThan(15);
  });

  it("their order says nothing, and neither does the order of approvals or saying anything twice", () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), aChange, paths, (rules, by, changed) => {
        const verdict = judge(compile(rules), by, changed);
        const shuffled = change({ ...by, approvals: [...by.approvals, ...by.approvals].reverse() });
        const again = judge(compile([...rules, ...rules].reverse()), shuffled, [...changed].reverse());
        expect(again === "passed").toBe(verdict === "passed");
      }),
      many,
    );
  });

  it("one more approval never shuts out, and one that does not count never lets in", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        aChange,
        paths,
        anApproval,
        (rules, by, changed, more) => {
          const compiled = compile(rules);
          const before = judge(compiled, by, changed);
          const after = judge(compiled, change({ ...by, approvals: [...by.approvals, more] }), changed);
          expect(before !== "passed" || after === "passed").toBe(true);
          const nobody = { ...more, code: "BAD_SIGNATURE" } as const;
          expect(judge(compiled, change({ ...by, approvals: [...by.approvals, nobody] }), changed)).toBe(
            before,
          );
        },
      ),
      many,
    );
  });

  it("more paths never let through what fewer of them did not, but for none at all", () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        aChange,
        paths,
        paths,
        (rules, by, some, others) => {
          const compiled = compile(rules);
          const refused = some.length > 0 && judge(compiled, by, some) !== "passed";
          expect(refused && judge(compiled, by, [...new Set([...some, ...others])]) === "passed").toBe(false);
        },
      ),
      many,
    );
  });
});
