import { hash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { VERSION } from "../../../src/version.ts";
import { Authority } from "../../support/certificates.ts";
import { startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { type RunningRegistry, startCraneRegistry } from "../artifacts/real-registries.ts";
import { requestsOf } from "../install/audit-events.ts";
import { SLUICE } from "../install/overlay.ts";
import { age, type Built, build, copyCheckout, execute, ROOT } from "./build.ts";
import {
  becomePod,
  install,
  installedArguments,
  leaseHolder,
  untilConcluded,
} from "./controller-in-image.ts";
import { runInside, startInside } from "./enter.ts";

interface Configuration {
  readonly config: { readonly Env: string[]; readonly User: string; readonly Entrypoint: string[] };
  readonly rootfs: { readonly diff_ids: string[] };
}

describeWithTools(["crane"], "the image", ({ crane }) => {
  let checkouts: string[] = [];
  let folder: string;
  let layout: Built;
  let archive: Built;
  let registry: RunningRegistry;
  let reference: string;
  let root: string;
  let env: string[];

  beforeAll(async () => {
    checkouts = await Promise.all([copyCheckout(), copyCheckout()]);
    const [one = "", other = ""] = checkouts;
    await age(other);
    [layout, archive] = await Promise.all([build(one, "layout"), build(other, "archive.tar")]);
    folder = join(one, "out");
    registry = await startCraneRegistry(crane);
    reference = `${registry.host}/sluice:${VERSION}`;
    await execute(crane, ["push", layout.output, reference]);
    root = await unpack();
    env = (await configuration()).config.Env;
  }, 240_000);

  afterAll(async () => {
    await registry.close();
    for (const checkout of checkouts) await rm(checkout, { recursive: true });
  });

  async function unpack(): Promise<string> {
    const target = join(folder, "root");
    await mkdir(target);
    await execute(crane, ["export", reference, join(folder, "root.tar")]);
    await execute("tar", ["-xpf", join(folder, "root.tar"), "-C", target]);
    return target;
  }

  async function configuration(): Promise<Configuration> {
    return JSON.parse((await execute(crane, ["config", reference])).stdout);
  }

  async function paths(): Promise<string[]> {
    const found = await readdir(root, { recursive: true });
    return found.map(String);
  }

  it("has the same digest when another copy of the checkout is built at another time", async () => {
    expect(archive.digest).toBe(layout.digest);
    const unpacked = join(folder, "archive");
    await mkdir(unpacked);
    await execute("tar", ["-xf", archive.output, "-C", unpacked]);
    const index = (path: string) => readFile(join(path, "index.json"), "utf8");
    expect(await index(unpacked)).toBe(await index(layout.output));
  });

  it("is what a registry and its client take for a whole image", async () => {
    expect((await execute(crane, ["digest", reference])).stdout.trim()).toBe(layout.digest);
    // Without its look into layers, for which it knows gzip alone; `crane export` has read them all.
    const { stdout } = await execute(crane, ["validate", "--fast", "--remote", reference]);
    expect(stdout).toContain(`PASS: ${reference}`);
  });

  it("has layers that are what its configuration says, before they were compressed", async () => {
    const { layers } = JSON.parse((await execute(crane, ["manifest", reference])).stdout);
    const digests = layers.map(async ({ digest }: { digest: string }) => {
      const blob = await readFile(join(layout.output, "blobs", digest.replace(":", "/")));
      return `sha256:${hash("sha256", zstdDecompressSync(blob))}`;
    });
    expect(await Promise.all(digests)).toEqual((await configuration()).rootfs.diff_ids);
  });

  it("runs as a user who owns nothing but the state", async () => {
    expect((await configuration()).config.User).toBe("65532:65532");
    const { stdout } = await execute("find", [root, "-user", "65532"]);
    expect(stdout.trim()).toBe(join(root, "var/lib/sluice"));
  });

  it("has nothing that anybody can write but /tmp, and nothing that runs as somebody else", async () => {
    const writable = await execute("find", [root, "!", "-type", "l", "-perm", "/022"]);
    expect(writable.stdout.trim()).toBe(join(root, "tmp"));
    expect((await stat(join(root, "tmp"))).mode & 0o7777).toBe(0o1777);
    expect((await execute("find", [root, "-type", "f", "-perm", "/6000"])).stdout).toBe("");
  });

  it("has no shell, no package manager, and one program", async () => {
    const { stdout } = await execute("find", [root, "!", "-type", "d", "-printf", "%P\\n"]);
    const files = stdout.split("\n");
    const programs =
      /(^|\/)(ba|da|z|k|a|c)?sh$|(^|\/)(busybox|env|apt|apt-get|dpkg|npm|npx|perl|python3?|curl|wget)$/;
    expect(files.filter((path) => programs.test(path))).toEqual([]);
    const inPath = files.filter((path) => /^(usr\/(local\/)?)?s?bin\//.test(path));
    expect(new Set(inPath)).toEqual(new Set(["usr/local/bin/node", "usr/local/bin/sluice"]));
  });

  it("has the packages for production, and none for development", async () => {
    const lock = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8"));
    const locked: [string, { dev?: boolean; optional?: boolean }][] = Object.entries(lock.packages);
    const present = (path: string) => existsSync(join(root, "app", path, "package.json"));
    const development = locked.filter(([, { dev }]) => dev === true).map(([path]) => path);
    const production = locked.filter(([, { dev, optional }]) => dev !== true && optional !== true);
    expect(development).toContain("node_modules/vitest");
    expect(development.filter(present)).toEqual([]);
    expect(production.filter(([path]) => !present(path))).toEqual([]);
    const unwanted = /\.test\.ts$|\/node_modules\/.*\.ts$|\/\.git(\/|$)|package-lock\.json$/;
    expect((await paths()).filter((path) => unwanted.test(path))).toEqual([]);
  });

  it("says which Debian packages its libraries are of, where scanners look", async () => {
    const records = await readdir(join(root, "var/lib/dpkg/status.d"));
    expect(records).toEqual(expect.arrayContaining(["base-files", "libc6", "libstdc++6"]));
    const libc = await readFile(join(root, "var/lib/dpkg/status.d/libc6"), "utf8");
    const { stdout } = await execute("dpkg-query", ["--show", "--showformat", "$" + "{Version}", "libc6"]);
    expect(libc).toContain(`\nVersion: ${stdout}\n`);
    for (const name of records) {
      expect((await stat(join(root, "usr/share/doc", name, "copyright"))).size).toBeGreaterThan(0);
    }
  });

  function entered(command: readonly string[]) {
    return runInside({ root, env }, command);
  }

  it("starts from its unpacked root, which is read-only, by either name", async ({ skip }) => {
    if (process.getuid?.() !== 0) skip("entering another root needs root");
    const { Entrypoint } = (await configuration()).config;
    for (const command of [Entrypoint, ["sluice"]]) {
      expect(await entered([...command, "--version"])).toEqual({
        code: 0,
        stdout: `${VERSION}\n`,
        stderr: "",
      });
    }
    const attempt = 'require("node:fs").writeFileSync("/tmp/x", "")';
    expect((await entered(["node", "-e", attempt])).stderr).toContain("EROFS");
  });

  it("tests its own policies in there, through the cell", async ({ skip }) => {
    if (process.getuid?.() !== 0) skip("entering another root needs root");
    const { code, stdout, stderr } = await entered(["sluice", "policy", "test", "/app/policies/baseline"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\d+ passed/);
  });

  it("trusts the certificate authorities that are mounted, besides those that Node brings", async ({
    skip,
  }) => {
    if (process.getuid?.() !== 0) skip("entering another root needs root");
    const company = await Authority.create();
    await writeFile(join(root, "etc/ssl/certs/company.crt"), company.certificate);
    const added = `const { getCACertificates: of } = require("node:tls");
      console.log(of("default").length - of("bundled").length)`;
    expect((await entered(["node", "-e", added])).stdout).toBe("1\n");
    const without = env.filter((line) => !line.startsWith("NODE_USE_SYSTEM_CA="));
    expect((await runInside({ root, env: without }, ["node", "-e", added])).stdout).toBe("0\n");
  });

  describeWithTools(["etcd", "kube-apiserver", "kubectl"], "as a pod of the installed Deployment", () => {
    it("judges the example's gate with the rights of the manifests alone, and stops when told", async ({
      skip,
    }) => {
      if (process.getuid?.() !== 0) skip("entering another root needs root");
      await using cluster = await startCluster({ audit: true });
      await install(cluster);
      const pod = {
        root,
        env: [...env, ...(await becomePod(cluster, root))],
        volumes: ["var/lib/sluice", "tmp"],
      };
      const { Entrypoint } = (await configuration()).config;
      const child = startInside(pod, [...Entrypoint, ...(await installedArguments(cluster))]);
      for (const stream of [child.stdout, child.stderr]) stream?.resume();
      const gate = await untilConcluded(cluster, () => child.exitCode === null).finally(() => child.kill());
      if (child.exitCode === null) await once(child, "exit");
      expect(child.exitCode).toBe(0);
      expect(gate.metadata.finalizers).toEqual(["sluice.dev/gate"]);
      expect(gate.status?.conditions).toContainEqual(
        expect.objectContaining({ type: "Ready", status: "False", reason: "Connection" }),
      );
      expect(await leaseHolder(cluster)).toBe("");
      const codes = (await requestsOf(cluster, SLUICE)).map(({ responseStatus }) => responseStatus?.code);
      expect(codes.length).toBeGreaterThan(5);
      expect(codes).not.toContain(403);
    }, 120_000);
  });
});
