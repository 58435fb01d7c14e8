import { afterEach, beforeEach, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Bank } from "./bank.ts";

describeWithTools(["git", "ssh-keygen", "time"], "sluice trust explain", () => {
  let bank: Bank;
  let trust: string;

  beforeEach(() => {
    bank = new Bank();
    trust = bank.policy();
  });

  afterEach(() => bank[Symbol.dispose]());

  async function explain(...args: readonly string[]) {
    return await runCli(["trust", "explain", "--repo", bank.sandbox.repo, "--trust", trust, ...args]);
  }

  async function explainJson(...args: readonly string[]) {
    const { code, stdout } = await explain(...args, "--output", "json");
    return { code, ...JSON.parse(stdout) };
  }

  it("says rule by rule who was needed, who signed, who approved, and what is missing", async () => {
    const commit = bank.commit("alice", { "prod/app.yaml": "2\n" });
    bank.approve("bob");
    bank.approve("bob-2");
    bank.approve("alice");
    const { code, verdict, commits } = await explainJson("--commit", "main");
    expect({ code, verdict }).toEqual({ code: 1, verdict: "refused" });
    expect(commits).toMatchObject([
      {
        oid: commit,
        signer: "alice",
        code: "APPROVAL_MISSING",
        changedPaths: ["prod/app.yaml"],
        uncovered: [],
        others: [3],
        rules: [
          {
            number: 1,
            met: true,
            signedBy: "in the role developer or in the role releaser",
            addresses: ["committer"],
          },
          {
            number: 2,
            met: false,
            matched: ["prod/app.yaml"],
            approvals: {
              role: "releaser",
              count: 2,
              approvers: ["bob"],
              candidates: ["carol"],
              passedOver: [
                { via: "note", signer: "bob", code: "SAME_PERSON" },
                { via: "note", signer: "alice", code: "ROLE_MISSING" },
              ],
            },
          },
        ],
      },
    ]);
    const { stdout } = await explain("--commit", "main");
    for (const told of [
      "1 of 2 have approved: bob",
      "could still approve: carol",
      `sluice approve --commit ${commit}`,
    ]) {
      expect(stdout).toContain(told);
    }
    bank.approve("carol");
    expect(await explainJson("--commit", commit)).toMatchObject({ code: 0, verdict: "verified" });
  });

  it("sees the merge that brought a commit, and none where the commit is not in the branch", async () => {
    const commit = bank.branch("feature", "alice", { "prod/app.yaml": "2\n" });
    bank.tag("carol", "ok", commit);
    expect(await explainJson("--commit", "feature")).toMatchObject({ code: 1 });
    bank.merge("bob", "feature");
    expect(await explainJson("--commit", "feature")).toMatchObject({ code: 0 });
    expect(await explainJson("--commit", "feature", "--branch", "feature")).toMatchObject({ code: 1 });
    const range = await explainJson("--commit", "main", "--base", bank.start);
    expect(range.commits.map(({ oid }: { oid: string }) => oid)).toEqual([bank.sandbox.head(), commit]);
    expect(range.code).toBe(0);
  });

  it("explains what nobody signed, and what is wrong with an address", async () => {
    bank.as("alice", "-c", "user.email=eve@bank.example", "commit", "-q", "-S", "--allow-empty", "-m", "x");
    expect(await explainJson("--commit", "main")).toMatchObject({
      code: 1,
      commits: [{ code: "COMMITTER_MISMATCH", changedPaths: [] }],
    });
    bank.as("alice", "commit", "-q", "--no-gpg-sign", "--allow-empty", "-m", "x");
    expect(await explainJson("--commit", "main")).toMatchObject({
      code: 1,
      commits: [{ code: "UNSIGNED", signer: null, rules: [] }],
    });
    expect((await explain("--commit", "main")).stdout).toContain("not signed");
    expect(await explain("--commit", "nothing")).toMatchObject({ code: 2 });
  });
});
