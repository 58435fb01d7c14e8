import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { ROOT } from "./overlay.ts";

interface Block {
  readonly language: string;
  /** Of the file that the block is; empty for commands. */
  readonly path: string;
  readonly text: string;
}

function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)].map(
    ([, language = "", path = "", text = ""]) => ({ language, path, text }),
  );
}

describeWithTools(["etcd", "kube-apiserver", "kubectl", "ssh-keygen"], "docs/install.md", ({ kubectl }) => {
  let cluster: Cluster;
  let checkout: string;
  let blocks: Block[];

  beforeAll(async () => {
    cluster = await startCluster();
    checkout = await mkdtemp(join(tmpdir(), "sluice-install-"));
    for (const folder of ["manifests", "policies"]) {
      await cp(join(ROOT, folder), join(checkout, folder), { recursive: true });
    }
    await mkdir(join(checkout, "bin"));
    await symlink(kubectl, join(checkout, "bin/kubectl"));
    const sluice = `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, "src/cli/main.ts")}" "$@"\n`;
    await writeFile(join(checkout, "bin/sluice"), sluice, { mode: 0o755 });
    blocks = blocksOf(await readFile(join(ROOT, "docs/install.md"), "utf8"));
    for (const { path, text } of blocks.filter(({ language }) => language === "yaml")) {
      await mkdir(dirname(join(checkout, path)), { recursive: true });
      await writeFile(join(checkout, path), text);
    }
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    await rm(checkout, { recursive: true });
  });

  function runShell(script: string, kubeconfig = cluster.adminKubeconfig) {
    const env = {
      PATH: `${join(checkout, "bin")}:${process.env.PATH}`,
      KUBECONFIG: kubeconfig,
      HOME: cluster.folder,
    };
    return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile("sh", ["-euc", script], { cwd: checkout, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  }

  it("has blocks of files, each with its path, of commands that run, and of what a terminal shows", () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(["sh", "yaml", "console"]));
    expect(blocks.filter(({ language, path }) => (language === "yaml") !== (path !== ""))).toEqual([]);
    expect(blocks.filter(({ language }) => language === "sh").length).toBeGreaterThan(8);
  });

  it("has commands that do what they say, in their order", async () => {
    for (const { text } of blocks.filter(({ language }) => language === "sh")) {
      const { code, stderr } = await runShell(text);
      expect(code, `${text}${stderr}`).toBe(0);
    }
    expect((await runShell("kubectl get gates -A -o name")).stdout).toBe("");
  }, 90_000);

  it("lets alice break the glass as it says, and nobody else", async () => {
    const attempt = "kubectl auth whoami --as=alice --as-group=sluice:break-glass";
    const alice = await runShell(attempt, await cluster.userKubeconfig("alice"));
    expect(alice.stdout).toContain("sluice:break-glass");
    const bob = await runShell(attempt, await cluster.userKubeconfig("bob"));
    expect(bob.code).toBe(1);
    const beyond = "kubectl auth whoami --as=alice --as-group=system:masters";
    expect((await runShell(beyond, await cluster.userKubeconfig("alice"))).code).toBe(1);
  });
});
