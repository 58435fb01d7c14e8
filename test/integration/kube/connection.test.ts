import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  type ClusterConnection,
  fromKubeConfigFile,
  fromKubeConfigText,
  inCluster,
  KubeClient,
} from "../../../src/kube/index.ts";
import { CANARY, findCanary } from "../../support/canary.ts";
import { Authority } from "../../support/certificates.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "connections to a real API server", () => {
  let cluster: Cluster;
  let folder: string;
  let env: Record<string, string>;

  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.createNamespace("ns");
    const { hostname, port } = new URL(cluster.url);
    env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  });

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-connection-"));
    return () => rm(folder, { recursive: true });
  });

  async function whoAmI(connection: ClusterConnection): Promise<unknown> {
    await using client = new KubeClient(connection);
    return await askWho(client);
  }

  async function askWho(client: KubeClient): Promise<unknown> {
    const review = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
      metadata: { name: "" },
    };
    const { status } = await client.create(review);
    return (status as { userInfo: { username: string } }).userInfo.username;
  }

  /** As the kubelet lays it out. */
  async function mountServiceAccount(name: string): Promise<void> {
    await cluster.kubectl("create", "serviceaccount", "--namespace", "ns", name);
    await writeFile(join(folder, "ca.crt"), await readFile(join(cluster.folder, "ca.pem")));
    await replaceToken(name);
  }

  async function replaceToken(name: string): Promise<void> {
    await writeFile(join(folder, "new"), await cluster.tokenFor("ns", name));
    await rename(join(folder, "new"), join(folder, "token"));
  }

  it("of a pod are as its service account", async () => {
    await mountServiceAccount("pod");
    expect(await whoAmI(await inCluster({ directory: folder, env }))).toBe("system:serviceaccount:ns:pod");
  });

  it("of a pod take the new token when the old one is refused", async () => {
    await mountServiceAccount("rotated");
    await writeFile(join(folder, "token"), "expired");
    await using client = new KubeClient(await inCluster({ directory: folder, env }));
    await expect(askWho(client)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await replaceToken("rotated");
    expect(await askWho(client)).toBe("system:serviceaccount:ns:rotated");
  });

  it("of a pod need its files and its environment", async () => {
    await mountServiceAccount("whole");
    const config = { code: "CONFIG" };
    await expect(inCluster({ directory: folder, env: {} })).rejects.toMatchObject(config);
    await expect(inCluster({ directory: join(folder, "nowhere"), env })).rejects.toMatchObject(config);
    for (const token of ["", "two\r\nlines", "x".repeat(65 * 1024)]) {
      await writeFile(join(folder, "token"), token);
      await expect(inCluster({ directory: folder, env })).rejects.toMatchObject(config);
    }
  });

  it("trust the cluster's own authority and no other", async () => {
    await mountServiceAccount("careful");
    await writeFile(join(folder, "ca.crt"), (await Authority.create()).certificate);
    await expect(whoAmI(await inCluster({ directory: folder, env }))).rejects.toMatchObject({
      code: "UNREACHABLE",
    });
  });

  it("of a person are as the kubeconfig says, in the context that is asked for", async () => {
    const [alice, bob] = [
      await cluster.userKubeconfig("alice", ["devs"]),
      await cluster.userKubeconfig("bob"),
    ];
    expect(await whoAmI(await fromKubeConfigFile(alice))).toBe("alice");
    expect(await whoAmI(await fromKubeConfigFile(bob, "test"))).toBe("bob");
    const config = { code: "CONFIG" };
    await expect(fromKubeConfigFile(bob, "another")).rejects.toMatchObject(config);
    await expect(fromKubeConfigFile(join(folder, "nowhere"))).rejects.toMatchObject(config);
  });

  /** A kubeconfig whose plugin is this shell command. */
  async function pluginKubeconfig(command: string): Promise<string> {
    const apiVersion = "client.authentication.k8s.io/v1";
    const exec = { apiVersion, command: "/bin/sh", args: ["-c", command], interactiveMode: "Never" };
    const config = JSON.parse(await readFile(cluster.adminKubeconfig, "utf8"));
    const path = join(folder, "config");
    await writeFile(path, JSON.stringify({ ...config, users: [{ name: "user", user: { exec } }] }));
    return path;
  }

  it("of a person run the plugin that they configured, as no kubeconfig in a Secret does", async () => {
    await mountServiceAccount("by-plugin");
    const status = { token: await cluster.tokenFor("ns", "by-plugin") };
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status };
    await writeFile(join(folder, "credential.json"), JSON.stringify(credential));
    const path = await pluginKubeconfig(`cat ${join(folder, "credential.json")}`);
    expect(await whoAmI(await fromKubeConfigFile(path))).toBe("system:serviceaccount:ns:by-plugin");
    const text = await readFile(path, "utf8");
    await expect(fromKubeConfigText(text)).rejects.toMatchObject({ code: "CONFIG" });
  });

  it("of a person say that the plugin failed, and never what it gave", async () => {
    await writeFile(join(folder, "credential.json"), CANARY);
    const config = { code: "CONFIG" };
    const failing = await pluginKubeconfig("echo log in first >&2; exit 1");
    await expect(fromKubeConfigFile(failing)).rejects.toMatchObject(config);
    const broken = await pluginKubeconfig(`cat ${join(folder, "credential.json")}`);
    const error: unknown = await fromKubeConfigFile(broken).catch((fault: unknown) => fault);
    expect(error).toMatchObject(config);
    expect(findCanary(error)).toEqual([]);
  });

  it("show no credential when they are printed", async () => {
    const config = JSON.parse(await readFile(cluster.adminKubeconfig, "utf8"));
    config.users = [{ name: "user", user: { token: CANARY } }];
    const connection = await fromKubeConfigText(JSON.stringify(config));
    expect(await connection.authorization()).toBe(`Bearer ${CANARY}`);
    expect(findCanary(connection)).toEqual([]);
    const error: unknown = await whoAmI(connection).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "UNAUTHORIZED" });
    expect(findCanary(error)).toEqual([]);
    expect(findCanary(new KubeClient(connection))).toEqual([]);
  });
});
