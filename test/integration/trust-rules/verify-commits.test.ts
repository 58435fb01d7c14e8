import { afterEach, beforeEach, expect, it } from "vitest";
import { startGitServer } from "../../../src/demo/git-server.ts";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Bank } from "./bank.ts";

describeWithTools(["git", "ssh-keygen", "time"], "sluice verify commits, with approvals", () => {
  let bank: Bank;

  beforeEach(() => {
    bank = new Bank();
  });

  afterEach(() => bank[Symbol.dispose]());

  async function verify(repo: string, ...args: readonly string[]) {
    const all = [
      "verify",
      "commits",
      "--repo",
      repo,
      "--trust",
      bank.policy(),
      "--start",
      bank.start,
      ...args,
    ];
    const { code, stdout } = await runCli([...all, "--output", "json"]);
    const { counts, commits } = JSON.parse(stdout);
    return { code, byCode: counts?.byCode, commits };
  }

  it("finds merges, tags and notes, in a folder and on a server", async () => {
    const commit = bank.branch("feature", "alice", { "prod/app.yaml": "2\n" });
    bank.merge("bob", "feature");
    const direct = bank.commit("alice", { "prod/more.yaml": "1\n" });
    bank.tag("carol", "ok", direct);
    bank.approve("bob", direct);
    const bare = bank.sandbox.path("served/config.git");
    bank.git("clone", "-q", "--mirror", bank.sandbox.repo, bare);
    const server = await startGitServer(bank.sandbox.path("served"));
    try {
      const places: readonly (readonly string[])[] = [
        [bank.sandbox.repo, "--ref", "main"],
        [`${server.url}/config.git`, "--ref", "main"],
        [`${server.url}/config.git`],
      ];
      for (const [repo = "", ...ref] of places) {
        expect(await verify(repo, ...ref)).toMatchObject({ code: 1, byCode: { APPROVAL_MISSING: 1 } });
      }
      bank.approve("carol", commit);
      bank.git("push", "-q", bare, "refs/notes/*:refs/notes/*");
      for (const [repo = "", ...ref] of places) {
        const { code, commits } = await verify(repo, ...ref);
        expect(code).toBe(0);
        expect(commits.map(({ approvals = [] }) => approvals.map(({ via }: { via: string }) => via))).toEqual(
          [["note", "tag"], [], ["merge", "note"]],
        );
      }
    } finally {
      await server.close();
    }
    const { stdout } = await runCli([
      "verify",
      "commits",
      "--repo",
      bank.sandbox.repo,
      "--trust",
      bank.policy(),
    ]);
    expect(stdout).toContain("approved by bob (note), carol (tag)");
  });
});
