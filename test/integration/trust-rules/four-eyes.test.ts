import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { Bank, FOUR_EYES, TWO_RELEASERS } from "./bank.ts";

describeWithTools(["git", "ssh-keygen"], "four eyes on production", () => {
  let bank: Bank;

  beforeEach(() => {
    bank = new Bank();
  });

  afterEach(() => bank[Symbol.dispose]());

  /** A change to production by Alice at the head of main. */
  function change(): string {
    return bank.commit("alice", { "prod/app.yaml": `${Math.random()}\n` });
  }

  describe("by notes", () => {
    it("lets through what two releasers approved, and git agrees with each signature", async () => {
      const commit = change();
      expect(await bank.refusals()).toEqual({ [commit]: "APPROVAL_MISSING" });
      bank.approve("bob");
      expect(await bank.refusals()).toEqual({ [commit]: "APPROVAL_MISSING" });
      bank.approve("carol");
      expect(await bank.refusals()).toEqual({});
      expect(await bank.approvals(commit)).toEqual(["note by bob", "note by carol"]);
      const note = bank.sandbox.run("git", [
        "-C",
        bank.sandbox.repo,
        "notes",
        "--ref=sluice-approvals",
        "show",
      ]);
      const [first = ""] = note.toString("latin1").split(/(?<=-----END SSH SIGNATURE-----\n)/);
      const oid = bank.sandbox.gitWith({ input: first }, "hash-object", "-t", "tag", "-w", "--stdin");
      const signers = bank.sandbox.write(
        "signers",
        `bob ${bank.key("bob").scheme === "ssh" ? publicKey("bob") : ""}\n`,
      );
      expect(() => bank.git("-c", `gpg.ssh.allowedSignersFile=${signers}`, "verify-tag", oid)).not.toThrow();
    });

    it.each<[what: string, make: (commit: string) => void, code: string]>([
      [
        "one person with two keys",
        () => ["bob", "bob-2"].map((key) => bank.approve(key as "bob")),
        "note by bob",
      ],
      ["an approver without the role", () => bank.approve("alice"), "note by alice"],
      ["a stranger", () => bank.approve("stranger"), "note UNKNOWN_KEY"],
      [
        "an approval of another commit",
        (commit) => bank.note(bank.approval("carol", `${commit}~`)),
        "note TAG_OF_ANOTHER_COMMIT",
      ],
      ["words", () => bank.note("LGTM, Carol\n"), "note MALFORMED_TAG"],
      [
        "a note that was changed",
        () => bank.note(bank.approval("carol").replace("approved", "APPROVED")),
        "note BAD_SIGNATURE",
      ],
      [
        "a tag that was made for something else",
        (commit) => {
          bank.tag("carol", "reviewed-for-spelling", commit);
          bank.note(
            bank.sandbox
              .run("git", ["-C", bank.sandbox.repo, "cat-file", "tag", "reviewed-for-spelling"])
              .toString(),
          );
          bank.git("tag", "-d", "reviewed-for-spelling");
        },
        "note TAG_NAME_MISMATCH",
      ],
      [
        "an unsigned tag object",
        () => bank.note(bank.approval("carol").replace(/-----BEGIN[\s\S]*/, "")),
        "note UNSIGNED",
      ],
    ])("does not count %s", async (_, make, expected) => {
      const commit = change();
      bank.approve("bob");
      make(commit);
      expect(await bank.refusals()).toEqual({ [commit]: "APPROVAL_MISSING" });
      expect((await bank.approvals(commit)).at(-1)).toBe(expected);
      bank.note(bank.approval("carol"));
      // What is not a tag swallows what follows it; a note of its own is read by itself.
      if (!expected.endsWith("MALFORMED_TAG") && !expected.endsWith("UNSIGNED")) {
        expect(await bank.refusals()).toEqual({});
      }
    });

    it("does not take a note from one commit to another", async () => {
      const first = change();
      for (const who of ["bob", "carol"] as const) bank.approve(who);
      const second = change();
      bank.git("notes", "--ref=sluice-approvals", "copy", first, second);
      expect(await bank.refusals()).toEqual({ [second]: "APPROVAL_MISSING" });
      expect(await bank.approvals(second)).toEqual(Array(2).fill("note TAG_OF_ANOTHER_COMMIT"));
    });

    it("counts nobody whose key expired or is no longer trusted, whenever they approved", async () => {
      const commit = change();
      for (const who of ["bob", "carol"] as const) bank.approve(who);
      expect(await bank.refusals()).toEqual({});
      const later = Date.now() + 60_000;
      const expiring = await bank.trust(FOUR_EYES, { carol: [bank.key("carol", { validBefore: later })] });
      expect(await bank.refusals(bank.start, expiring)).toEqual({});
      expect(await bank.refusals(bank.start, expiring, later)).toEqual({ [commit]: "APPROVAL_MISSING" });
      const revoked = await bank.trust(FOUR_EYES, { revoked: ["carol"] });
      expect(await bank.refusals(bank.start, revoked)).toEqual({ [commit]: "APPROVAL_MISSING" });
      const replaced = await bank.trust(FOUR_EYES, { carol: [bank.key("stranger")] });
      expect(await bank.refusals(bank.start, replaced)).toEqual({ [commit]: "APPROVAL_MISSING" });
    });
  });

  describe("by tags", () => {
    it("lets through what two releasers tagged", async () => {
      const commit = change();
      bank.tag("bob", "ok-bob");
      bank.tag("carol", "ok-carol");
      expect(await bank.refusals()).toEqual({});
      expect(await bank.approvals(commit)).toEqual(["tag by bob", "tag by carol"]);
      bank.git("pack-refs", "--all");
      expect(await bank.refusals()).toEqual({});
    });

    it.each<[what: string, make: () => void, expected: string | undefined]>([
      ["an unsigned tag", () => bank.as("carol", "tag", "-a", "--no-sign", "-m", "x", "ok"), "tag UNSIGNED"],
      ["a lightweight one", () => bank.git("tag", "ok"), undefined],
      [
        "a tag under another name",
        () => {
          bank.tag("carol", "ok");
          bank.git("update-ref", "refs/tags/zz", "refs/tags/ok");
          bank.git("tag", "-d", "ok");
        },
        "tag TAG_NAME_MISMATCH",
      ],
      [
        "a tag of a tag",
        () => {
          bank.tag("stranger", "inner");
          bank.tag("carol", "outer", "inner");
        },
        "tag NESTED_TAG",
      ],
      ["a tag of the commit before", () => bank.tag("carol", "ok", "HEAD~"), undefined],
      ["a tag that takes a gate back", () => bank.tag("carol", "sluice-reset/a/b/c"), "tag RESET_TAG"],
      ["a tag of its tree", () => bank.tag("carol", "ok", "HEAD^{tree}"), undefined],
    ])("does not count %s", async (_, make, expected) => {
      const commit = change();
      bank.tag("bob", "aa");
      make();
      expect(await bank.refusals()).toEqual({ [commit]: "APPROVAL_MISSING" });
      const [first, ...others] = await bank.approvals(commit);
      expect(first).toBe("tag by bob");
      expect(others.at(-1)).toBe(expected);
    });
  });

  describe("by merges", () => {
    it("counts whoever merged it into the branch, once", async () => {
      const commit = bank.branch("feature", "alice", { "prod/app.yaml": "2\n" });
      const merge = bank.merge("bob", "feature");
      expect(await bank.refusals()).toEqual({ [commit]: "APPROVAL_MISSING" });
      expect(await bank.approvals(commit)).toEqual(["merge by bob"]);
      bank.approve("carol", commit);
      expect(await bank.refusals()).toEqual({});
      expect(await bank.approvals(merge)).toEqual([]);
    });

    it("counts an octopus for all that it brought, and whose merge is not signed for nothing", async () => {
      const one = bank.branch("one", "alice", { "prod/one.yaml": "1\n" });
      const two = bank.branch("two", "alice", { "prod/two.yaml": "1\n" });
      bank.merge("bob", "one", "two");
      for (const commit of [one, two]) bank.approve("carol", commit);
      expect(await bank.refusals()).toEqual({});
      bank.as("bob", "commit", "-q", "--amend", "--no-gpg-sign", "-m", "unsigned");
      expect(await bank.refusals()).toEqual({
        [bank.sandbox.head()]: "UNSIGNED",
        [one]: "APPROVAL_MISSING",
        [two]: "APPROVAL_MISSING",
      });
    });

    it("does not count a merge of main into a branch, where that branch was merged in its turn", async () => {
      const direct = change();
      bank.git("checkout", "-q", "-b", "carols", bank.start);
      bank.commit("carol", { "docs/readme": "2\n" });
      // Bob brings main home to Carol's branch; then Carol merges that to main.
      bank.merge("bob", "main");
      bank.git("checkout", "-q", "main");
      bank.merge("carol", "carols");
      expect(await bank.approvals(direct)).toEqual([]);
      expect(await bank.refusals()).toEqual({ [direct]: "APPROVAL_MISSING" });
    });

    it("does not count the author's own merge, nor that of whose address is the author's", async () => {
      const own = bank.branch("own", "bob", { "prod/app.yaml": "2\n" });
      bank.merge("bob-2", "own");
      bank.approve("carol", own);
      expect(await bank.refusals()).toEqual({ [own]: "APPROVAL_MISSING" });
      const written = change();
      bank.git("commit", "-q", "--amend", "--author=Bob <BOB@bank.example>", "--no-gpg-sign", "-m", "x");
      bank.as("alice", "commit", "-q", "--amend", "-S", "-m", "Bob's work");
      expect(bank.sandbox.head()).not.toBe(written);
      for (const who of ["bob", "carol"] as const) bank.approve(who);
      const { records } = await bank.verify();
      expect(records[0]?.approvals.map(({ signer, byAuthor }) => [signer, byAuthor])).toEqual([
        ["bob", true],
        ["carol", false],
      ]);
      expect(await bank.refusals()).toMatchObject({ [bank.sandbox.head()]: "APPROVAL_MISSING" });
    });

    it("asks for what the merge itself changes, beyond what it puts together", async () => {
      const commit = bank.branch("feature", "alice", { "docs/readme": "2\n" });
      bank.merge("bob", "--no-commit", "feature");
      const evil = bank.commit("bob", { "prod/app.yaml": "evil\n" });
      expect(await bank.refusals()).toEqual({ [evil]: "APPROVAL_MISSING" });
      bank.approve("carol", evil);
      expect(await bank.refusals()).toEqual({ [evil]: "APPROVAL_MISSING" });
      expect(await bank.approvals(commit)).toEqual(["merge by bob"]);
    });
  });

  it("counts a signed tag that such a merge carries, for the commit that it is of", async () => {
    const below = bank.branch("feature", "alice", { "prod/app.yaml": "2\n" });
    bank.git("checkout", "-q", "feature");
    const tagged = bank.commit("alice", { "prod/app.yaml": "3\n" });
    bank.tag("carol", "for-production", tagged);
    bank.git("checkout", "-q", "main");
    bank.merge("bob", "for-production");
    bank.git("tag", "-d", "for-production");
    expect(await bank.approvals(tagged)).toEqual(["merge by bob", "tag by carol"]);
    expect(await bank.refusals()).toEqual({ [below]: "APPROVAL_MISSING" });
    bank.approve("carol", below);
    expect(await bank.refusals()).toEqual({});
  });

  it("asks whoever rewrites the branch for approvals of all that it takes back", async () => {
    const first = change();
    for (const who of ["bob", "carol"] as const) bank.approve(who);
    const loose = await bank.trust(FOUR_EYES, { fastForwardOnly: false });
    expect(await bank.refusals(bank.start, loose)).toEqual({});
    bank.git("reset", "-q", "--hard", bank.start);
    const rewritten = bank.commit("alice", { "docs/readme": "3\n" });
    expect(await bank.refusals(first, loose)).toEqual({ [rewritten]: "APPROVAL_MISSING" });
    for (const who of ["bob", "carol"] as const) bank.approve(who);
    expect(await bank.refusals(first, loose)).toEqual({});
  });

  it("asks for the signer's own addresses", async () => {
    const trust = await bank.trust([
      { paths: ["**"], signedBy: { role: "developer" }, addresses: ["committer", "author"] },
    ]);
    bank.commit("alice", { "docs/readme": "2\n" });
    expect(await bank.refusals(bank.start, trust)).toEqual({});
    const author = bank.commit("alice", { "docs/readme": "3\n" }, "--author=Eve <eve@bank.example>");
    bank.as("alice", "-c", "user.email=eve@bank.example", "commit", "-q", "-S", "--allow-empty", "-m", "x");
    expect(await bank.refusals(bank.start, trust)).toEqual({
      [author]: "AUTHOR_MISMATCH",
      [bank.sandbox.head()]: "COMMITTER_MISMATCH",
    });
  });

  it("counts only the ways that the rule takes", async () => {
    const byMerge = await bank.trust([
      { paths: ["**"], signedBy: { any: [{ role: "developer" }, { role: "releaser" }] } },
      { paths: ["/prod/"], approvedBy: { ...TWO_RELEASERS, count: 1, via: ["merge"] } },
    ]);
    const commit = bank.branch("feature", "alice", { "prod/app.yaml": "2\n" });
    bank.git("merge", "-q", "--ff-only", "feature");
    bank.approve("carol", commit);
    expect(await bank.refusals(bank.start, byMerge)).toEqual({ [commit]: "APPROVAL_MISSING" });
    bank.git("reset", "-q", "--hard", bank.start);
    bank.merge("bob", "feature");
    expect(await bank.refusals(bank.start, byMerge)).toEqual({});
  });

  function publicKey(name: string): string {
    return bank.sandbox
      .run("cat", [bank.sandbox.path(`${name}.pub`)])
      .toString()
      .trim();
  }
});
