import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ClusterConnection, fromKubeConfigText } from "../../src/kube/index.ts";
import { Authority, type KeyAndCertificate } from "./certificates.ts";
import type { Finished } from "./cli.ts";
import {
  apiServerCommand,
  type ClusterOptions,
  etcdCommand,
  filesIn,
  kubeconfigFor,
  writeServerFiles,
} from "./cluster-commands.ts";
import { freePort } from "./free-port.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { locateTool } from "./toolbox.ts";

/**
 * A real etcd and kube-apiserver on loopback, with RBAC and the default admission plugins. No controller runs:
 * Deployments make no Pods, a deleted Namespace stays in Terminating, and a Namespace has no ServiceAccount
 * `default`, without which admission refuses Pods, unless {@link Cluster.createNamespace} made it. The roles
 * `admin`, `edit` and `view`, which a controller would fill, are empty.
 */
export class Cluster implements AsyncDisposable {
  readonly url: string;
  readonly folder: string;
  /** The path of a kubeconfig of the group `system:masters`. */
  readonly adminKubeconfig: string;
  /** JSON lines of audit.k8s.io/v1, where the option asked for them. */
  readonly auditLog: string;
  readonly #authority: Authority;
  readonly #apiServerCommand: readonly string[];
  readonly #etcd: GuardedProcess;
  #apiServer: GuardedProcess | undefined;

  constructor(parts: ClusterParts) {
    this.folder = parts.folder;
    this.url = parts.url;
    this.adminKubeconfig = filesIn(parts.folder).adminKubeconfig;
    this.auditLog = filesIn(parts.folder).auditLog;
    this.#authority = parts.authority;
    this.#apiServerCommand = parts.apiServerCommand;
    this.#etcd = parts.etcd;
  }

  /** For {@link startCluster}. */
  async start(): Promise<void> {
    await writeServerFiles(this.folder, this.#authority);
    await this.#writeKubeconfig(
      this.adminKubeconfig,
      await this.#authority.issueUser("admin", ["system:masters"]),
    );
    // Where etcd does not listen yet, the API server would wait a second for its next try.
    await this.#etcd.waitUntil(async () => existsSync(filesIn(this.folder).etcdSocket));
    await this.startApiServer();
  }

  /** The administrator's. */
  async connection(): Promise<ClusterConnection> {
    return fromKubeConfigText(await readFile(this.adminKubeconfig, "utf8"));
  }

  /** The path of a kubeconfig with a client certificate for this user. */
  async userKubeconfig(name: string, groups: readonly string[] = []): Promise<string> {
    const path = join(this.folder, `user-${encodeURIComponent(name)}.kubeconfig`);
    await this.#writeKubeconfig(path, await this.#authority.issueUser(name, groups));
    return path;
  }

  /** A token of a service account that exists, for an hour. */
  async tokenFor(namespace: string, serviceAccount: string): Promise<string> {
    return (await this.kubectl("create", "token", "--namespace", namespace, serviceAccount)).trim();
  }

  /** Makes the namespace, with the ServiceAccount that a cluster's controllers would put there. */
  async createNamespace(name: string): Promise<void> {
    const objects = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name } },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } },
    ];
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const { code, stderr } = await this.runKubectl(["create", "-f", "-"], { input });
    if (code !== 0) throw new Error(`kubectl create: ${stderr}`);
  }

  /** As the administrator; what it printed. Rejects with what it said on stderr when it fails. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.runKubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  async runKubectl(
    args: readonly string[],
    { kubeconfig = this.adminKubeconfig, input = "" } = {},
  ): Promise<Finished> {
    const child = spawn(locateTool("kubectl").path, ["--kubeconfig", kubeconfig, ...args], {
      env: { HOME: this.folder, KUBECACHEDIR: join(this.folder, "kubectl-cache") },
    });
    child.stdin.on("error", () => undefined).end(input); // one that ends at once does not read it
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    return { code: child.exitCode, stdout, stderr };
  }

  /** Resolves when it says that it is ready. */
  async startApiServer(): Promise<void> {
    if (this.#apiServer !== undefined) return;
    const server = await startGuarded(this.#apiServerCommand, join(this.folder, "kube-apiserver.log"));
    this.#apiServer = server;
    await server.waitUntil(() => this.#isReady());
  }

  /** Kills it in the middle of whatever it does; the data stays. */
  async stopApiServer(): Promise<void> {
    await this.#apiServer?.kill();
    this.#apiServer = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopApiServer();
    await this.#etcd.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #writeKubeconfig(path: string, user: KeyAndCertificate): Promise<void> {
    await writeFile(path, kubeconfigFor(this.url, this.#authority, user), { mode: 0o600 });
  }

  #isReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get(
        `${this.url}/readyz`,
        { ca: this.#authority.certificate, agent: false },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode === 200);
        },
      );
      request.once("error", () => resolve(false));
    });
  }
}

interface ClusterParts {
  readonly folder: string;
  readonly url: string;
  readonly authority: Authority;
  readonly apiServerCommand: readonly string[];
  readonly etcd: GuardedProcess;
}

export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-cluster-"));
  const [authority, port] = await Promise.all([Authority.create(), freePort()]);
  const cluster = new Cluster({
    folder,
    url: `https://127.0.0.1:${port}`,
    authority,
    apiServerCommand: apiServerCommand(folder, port, options),
    etcd: await startGuarded(etcdCommand(folder, options), join(folder, "etcd.log")),
  });
  try {
    await cluster.start();
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}
