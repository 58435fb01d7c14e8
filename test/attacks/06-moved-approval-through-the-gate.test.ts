import { execFileSync } from "node:child_process";
import { beforeEach, describe, expect, it } from "vitest";
import { createPerson, type Person } from "../../src/demo/people.ts";
import { codesOf } from "../support/codes.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import type { World } from "../support/world.ts";

const openFlow = useFlows();
const bob = createPerson("bob");
const carol = createPerson("carol");

/** Denies what fewer than two people other than the author have approved, by what policies are shown. */
const TWO_BY_POLICY = `package sluice.change.approved

deny contains msg if {
	some commit in input.source.commits
	approvers := {approval.signer | some approval in commit.approvals; not approval.byAuthor}
	count(approvers) < 2
	msg := sprintf("%d people have approved %s", [count(approvers), commit.oid])
}
`;

describe("attack 6: an approval that was made for something else", () => {
  let flow: Flow;
  let world: World;
  let commit: string;

  beforeEach(async () => {
    flow = await openFlow();
    world = flow.world;
    const people: readonly [Person, role: string][] = [
      [world.alice as Person, "developer"],
      [bob, "releaser"],
      [carol, "releaser"],
    ];
    await world.configure({
      trust: {
        signers: people.map(([{ name, email, publicKey }, role]) => ({
          name,
          roles: [role],
          emails: [email],
          keys: [{ ssh: publicKey }],
        })),
        commits: [
          { paths: ["**"], signedBy: { role: "developer" }, addresses: ["committer", "author"] },
          { paths: ["/prod/"], approvedBy: { role: "releaser", count: 2 } },
        ],
      },
      policies: { "approved.rego": TWO_BY_POLICY },
    });
    commit = await world.push({ message: "one" });
  });

  function git(args: readonly string[], input = ""): string {
    const identity = ["-c", "user.name=x", "-c", "user.email=x@x"];
    return execFileSync("git", ["-C", world.repository.gitdir, ...identity, ...args], { input })
      .toString()
      .trim();
  }

  function tagOf(by: Person, target: string, name = "sluice-approval"): string {
    const now = Math.floor(Date.now() / 1000);
    const payload = `object ${target}\ntype commit\ntag ${name}\ntagger ${by.name} <${by.email}> ${now} +0000\n\nread\n`;
    return payload + by.sign?.(Buffer.from(payload));
  }

  function note(text: string, on = commit): void {
    const blob = git(["hash-object", "-w", "--stdin"], text);
    git(["notes", "--ref=refs/notes/sluice-approvals", "append", "-C", blob, on]);
  }

  function tag(text: string, ref: string): void {
    git(["update-ref", ref, git(["hash-object", "-w", "-t", "tag", "--stdin"], text)]);
  }

  it.each<[what: string, approve: () => void, codes: readonly string[]]>([
    ["nobody", () => undefined, ["verify APPROVAL_MISSING"]],
    [
      "one person twice",
      () => [bob, bob].map((each) => note(tagOf(each, commit))),
      ["verify APPROVAL_MISSING"],
    ],
    [
      "the author",
      () => [bob, world.alice as Person].map((each) => note(tagOf(each, commit))),
      ["verify APPROVAL_MISSING"],
    ],
    [
      "two people, by notes (the honest twin)",
      () => [bob, carol].map((each) => note(tagOf(each, commit))),
      [],
    ],
    [
      "two people, one by a tag (the honest twin)",
      () => {
        note(tagOf(bob, commit));
        tag(tagOf(carol, commit, "ok"), "refs/tags/ok");
      },
      [],
    ],
    [
      "two people, one by a tag that was renamed",
      () => {
        note(tagOf(bob, commit));
        tag(tagOf(carol, commit, "reject"), "refs/tags/ok");
      },
      ["verify APPROVAL_MISSING"],
    ],
  ])("is held against who approved: %s", async (_, approve, codes) => {
    expect(codesOf((await flow.run()).decision)).toEqual(["verify APPROVAL_MISSING"]);
    // The branch stays where it is: what is new are the approvals.
    approve();
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual(codes);
    expect(decision.commits.map(({ oid }) => oid)).toEqual([commit]);
    if (codes.length > 0) return;
    expect(decision.commits[0]?.approvals).toMatchObject([
      { signer: "bob", via: "note", code: null, byAuthor: false },
      { signer: "carol", code: null, byAuthor: false },
    ]);
  });

  it("does not come along from the commit before", async () => {
    for (const each of [bob, carol]) note(tagOf(each, commit));
    expect(codesOf((await flow.run()).decision)).toEqual([]);
    const next = await world.push({ message: "two", tree: world.tree(2) });
    git(["notes", "--ref=refs/notes/sluice-approvals", "copy", commit, next]);
    const { decision } = await flow.run();
    expect(codesOf(decision)).toEqual(["verify APPROVAL_MISSING"]);
    expect(decision.commits[0]?.approvals.map(({ code }) => code)).toEqual([
      "TAG_OF_ANOTHER_COMMIT",
      "TAG_OF_ANOTHER_COMMIT",
    ]);
    expect(await flow.replicas()).toEqual([1]);
  });
});
