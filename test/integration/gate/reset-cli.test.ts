import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { argsFor, runCli, shareCompiled } from "../../support/cli.ts";
import { createGitUser, type GitUser, gitAs } from "../../support/git-user.ts";
import { describeWithTools } from "../../support/tools.ts";
import { signer, World } from "../../support/world.ts";

let world: World;
let bob: GitUser;
let one: string;
let two: string;

/** A gate that has let two commits in; Bob, who may take it back, has a clone. */
beforeEach(async () => {
  world = await World.open();
  onTestFinished(() => world[Symbol.asyncDispose]());
  await shareCompiled(world);
  bob = createGitUser(world.folder, "bob");
  const releaser = { name: "bob", roles: ["releaser"], keys: [{ ssh: bob.publicKey }] };
  await world.configure({
    trust: {
      signers: [signer(world.alice), releaser],
      history: { start: "root", reset: { role: "releaser" } },
    },
  });
  one = await world.push({ message: "one" });
  expect((await runOnce()).code).toBe(0);
  two = await world.push({ message: "two", tree: world.tree(2) });
  expect((await runOnce()).code).toBe(0);
  gitAs(bob, world.folder, "clone", "--quiet", world.repository.gitdir, "clone");
});

const runOnce = () => runCli(["run", "--once", ...argsFor(world)]);

const reset = (...args: readonly string[]) =>
  runCli(
    [
      "--output",
      "json",
      "reset",
      "payments/payments",
      "-m",
      "two was a mistake",
      "--repo",
      join(world.folder, "clone"),
      "--log",
      join(world.state, "log"),
      ...args,
    ],
    bob.env,
  );

describeWithTools(["time"], "sluice reset", () => {
  it("signs and pushes a tag by which the gate goes back", async () => {
    await world.repository.push(one);
    const { code, stdout } = await reset("--to", one, "--push", "origin");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      gate: "payments/payments",
      from: two,
      to: one,
      entry: { index: 2 },
      tag: expect.stringMatching(/^refs\/tags\/sluice-reset\/payments\/payments\/[0-9a-f]{16}\/[0-9a-f]{8}$/),
      pushed: "origin",
    });
    const { stdout: ran, code: ranCode } = await runOnce();
    expect(ranCode).toBe(0);
    expect(ran).toContain(one.slice(0, 10));
    expect(ran).toContain("taken back from");
    const shown = await runCli([
      "--output",
      "json",
      "audit",
      "show",
      join(world.state, "log"),
      "--index",
      "4",
    ]);
    expect(JSON.parse(shown.stdout).statement.predicate["https://sluice.dev/decision/v1"]).toMatchObject({
      source: { base: one },
      reset: { from: two, entry: 2, signers: [{ name: "bob" }] },
    });
  });

  it("makes a tag that git itself verifies, and leaves pushing to the person", async () => {
    const { stdout } = await reset("--to", "HEAD~1");
    const { tag, to } = JSON.parse(stdout);
    expect(to).toBe(one);
    const clone = join(world.folder, "clone");
    const content = gitAs(bob, clone, "cat-file", "tag", tag);
    expect(content).toContain(
      `\n\ntwo was a mistake\n\nSluice-Gate: payments/payments\nSluice-From: ${two}\n`,
    );
    expect(content).toContain("-----BEGIN SSH SIGNATURE-----");
    expect(gitAs(bob, world.repository.gitdir, "for-each-ref", "refs/tags")).toBe("");
    await world.repository.push(one);
    expect((await runOnce()).code).toBe(1);
    gitAs(bob, clone, "push", "--quiet", "origin", tag);
    expect((await runOnce()).code).toBe(0);
  });

  it("says why it cannot", async () => {
    expect(await reset("--to", "nowhere")).toMatchObject({ code: 2 });
    const unknown = ["reset", "payments/other", "--to", one, "-m", "x", "--log", join(world.state, "log")];
    const { code, stderr } = await runCli(unknown, bob.env);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^MISSING_RESOURCE: /);
    const nobody = { ...bob.env, HOME: join(world.folder, "nobody") };
    expect(
      (await runCli([...unknown.with(1, "payments/payments"), "--repo", join(world.folder, "clone")], nobody))
        .stderr,
    ).toMatch(/GIT_FAILED: /);
  });
});
