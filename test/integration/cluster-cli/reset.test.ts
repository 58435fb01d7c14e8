import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../support/cli.ts";
import { createGitUser, gitAs } from "../../support/git-user.ts";
import { describeWithTools } from "../../support/tools.ts";
import { entry, REVISION, readyStatus, Scene } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "sluice reset of a gate on a cluster", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it("signs what the gate's status says was admitted last, and nothing before that", {
    timeout: 120_000,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-reset-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const bob = createGitUser(folder, "bob");
    const repo = join(folder, "clone");
    gitAs(bob, folder, "init", "--quiet", "clone");
    gitAs(bob, repo, "commit", "--quiet", "--allow-empty", "-m", "one");
    const to = gitAs(bob, repo, "rev-parse", "HEAD");
    await scene.cluster.createNamespace("back");
    await scene.createGate("back", "api");
    const reset = (...flags: readonly string[]) =>
      runCli(
        [
          ...flags,
          "reset",
          "api",
          "-n",
          "back",
          "--to",
          to,
          "-m",
          "why",
          "--repo",
          repo,
          "--kubeconfig",
          scene.cluster.adminKubeconfig,
        ],
        bob.env,
      );

    const early = await reset();
    expect(early.code).toBe(2);
    expect(early.stderr).toMatch(/^MISSING_RESOURCE: /);
    await scene.writeStatus({ namespace: "back", name: "api" }, readyStatus());
    const { code, stdout } = await reset("--output", "json");
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ gate: "back/api", from: REVISION, to, entry: entry(3), pushed: null });
    const content = gitAs(bob, repo, "cat-file", "tag", answer.tag);
    const { index, leafHash } = entry(3);
    expect(content).toContain(
      `Sluice-Gate: back/api\nSluice-From: ${REVISION}\nSluice-Entry: ${index} ${leafHash}\n`,
    );
  });
});
