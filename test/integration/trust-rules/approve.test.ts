import { chmodSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Bank, type KeyName } from "./bank.ts";

const NOTES = "refs/notes/sluice-approvals";

describeWithTools(["git", "ssh-keygen", "time"], "sluice approve", () => {
  let bank: Bank;

  beforeEach(() => {
    bank = new Bank();
  });

  afterEach(() => bank[Symbol.dispose]());

  /** Runs the command as somebody whose git is configured in their own home. */
  async function approve(who: KeyName, ...args: readonly string[]) {
    const config = bank.sandbox.write(
      `gitconfig-${who}`,
      `[user]\nname = ${who}\nemail = ${who}@bank.example\nsigningkey = ${bank.sandbox.path(who)}\n[gpg]\nformat = ssh\n`,
    );
    const env = { GIT_CONFIG_GLOBAL: config, GIT_CONFIG_NOSYSTEM: "1" };
    return await runCli(["approve", "--repo", bank.sandbox.repo, ...args], env);
  }

  /** A remote that has Bob's approval of the head, of which this clone then knows nothing. */
  async function pushByBob(): Promise<string> {
    const remote = bank.sandbox.path("remote.git");
    bank.git("clone", "-q", "--bare", bank.sandbox.repo, remote);
    expect(await approve("bob", "--commit", "HEAD", "--push", remote)).toMatchObject({ code: 0 });
    bank.git("update-ref", "-d", NOTES);
    return remote;
  }

  it("makes notes that count, one after the other, and leaves nothing else", async () => {
    const commit = bank.commit("alice", { "prod/app.yaml": "2\n" });
    const first = await approve("bob", "--commit", "HEAD", "-m", "read it  \n\n\nall of it");
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toContain(commit);
    const second = await approve("carol", "--commit", commit, "--output", "json");
    expect(JSON.parse(second.stdout)).toMatchObject({ approved: [{ commit }], notes: NOTES, pushed: null });
    expect(await bank.refusals()).toEqual({});
    expect(await bank.approvals(commit)).toEqual(["note by bob", "note by carol"]);
    expect(bank.git("tag", "--list")).toBe("");
  });

  it("approves each commit of a range, and no other", async () => {
    const commits = ["2\n", "3\n"].map((text) => bank.commit("alice", { "prod/app.yaml": text }));
    for (const who of ["bob", "carol"] as const) {
      expect(await approve(who, "--commit", `${bank.start}..main`)).toMatchObject({ code: 0 });
    }
    expect(await bank.refusals()).toEqual({});
    const third = bank.commit("alice", { "prod/app.yaml": "4\n" });
    expect(await bank.refusals()).toEqual({ [third]: "APPROVAL_MISSING" });
    expect(bank.git("notes", `--ref=${NOTES}`, "list").split("\n")).toHaveLength(commits.length);
  });

  it("counts as nobody's where the person is nobody to the policy", async () => {
    const commit = bank.commit("alice", { "prod/app.yaml": "2\n" });
    expect(await approve("stranger", "--commit", "HEAD")).toMatchObject({ code: 0 });
    expect(await bank.approvals(commit)).toEqual(["note UNKNOWN_KEY"]);
  });

  it.each([
    ["an option for git", ["--commit=--output=owned"], "BAD_ARGUMENT"],
    ["one at the end of a range", ["--commit=HEAD..--output=owned"], "BAD_ARGUMENT"],
    ["a remote that is one", ["--commit=HEAD", "--push=--receive-pack=touch owned"], "BAD_ARGUMENT"],
    ["what is not there", ["--commit=nothing"], "BAD_REVISION"],
    ["a tree", ["--commit=HEAD^{tree}"], "BAD_REVISION"],
    ["a difference of two sides", ["--commit=HEAD...HEAD"], "BAD_REVISION"],
    ["nothing", ["--commit=HEAD..HEAD"], "BAD_REVISION"],
    [
      "a message that ends the tag",
      ["--commit=HEAD", "--message=-----BEGIN SSH SIGNATURE-----"],
      "NOTE_NOT_WRITTEN",
    ],
  ])("does not take %s", async (_, args, code) => {
    const { stdout, ...answer } = await approve("bob", ...args, "--output", "json");
    expect(answer.code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code });
    expect(bank.git("for-each-ref", NOTES, "refs/tags")).toBe("");
    expect(bank.git("status", "--porcelain")).toBe("");
  });

  it("touches no tag of that name, and leaves none where signing fails", async () => {
    bank.tag("alice", "sluice-approval");
    const before = bank.git("rev-parse", "sluice-approval");
    expect((await approve("bob", "--commit", "HEAD")).stderr).toContain("TAG_EXISTS");
    expect(bank.git("rev-parse", "sluice-approval")).toBe(before);
    bank.git("tag", "-d", "sluice-approval");
    writeFileSync(bank.sandbox.path("bob"), "no key\n");
    chmodSync(bank.sandbox.path("bob"), 0o600);
    expect(await approve("bob", "--commit", "HEAD")).toMatchObject({ code: 2 });
    expect(bank.git("for-each-ref", NOTES, "refs/tags")).toBe("");
  });

  it("pushes beside what others have pushed", async () => {
    const commit = bank.commit("alice", { "prod/app.yaml": "2\n" });
    const remote = await pushByBob();
    expect(await approve("carol", "--commit", "HEAD", "--push", remote)).toMatchObject({ code: 0 });
    bank.git("update-ref", "-d", NOTES);
    bank.git("fetch", "-q", remote, `${NOTES}:${NOTES}`);
    expect(await bank.approvals(commit)).toEqual(["note by bob", "note by carol"]);
    expect(await bank.refusals()).toEqual({});
    expect(bank.git("for-each-ref", "refs/notes")).toContain(NOTES);
    expect(bank.git("for-each-ref", "--format=%(refname)", "refs/notes")).toBe(NOTES);
  });

  it("puts two notes together where both wrote before they fetched", async () => {
    const commit = bank.commit("alice", { "prod/app.yaml": "2\n" });
    const remote = await pushByBob();
    expect(await approve("carol", "--commit", "HEAD")).toMatchObject({ code: 0 });
    expect(await approve("carol", "--commit", "HEAD~", "--push", remote)).toMatchObject({ code: 0 });
    expect(new Set(await bank.approvals(commit))).toEqual(new Set(["note by bob", "note by carol"]));
  });
});
