import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ClusterConnection, fromKubeConfigText } from "../../src/kube/index.ts";
import { Authority, type KeyAndCertificate } from "./certificates.ts";
import type { Finished } from "./cli.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { locateTool } from "./toolbox.ts";

const ETCD_SOCKET = "etcd.sock";

export interface ClusterOptions {
  /** Lets etcd wait for the disk, as a real one does: for measurements. */
  readonly durable?: boolean;
  /** Writes each request's metadata to {@link Cluster.auditLog}. */
  readonly audit?: boolean;
  readonly apiServerFlags?: readonly string[];
}

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
    this.adminKubeconfig = join(parts.folder, "admin.kubeconfig");
    this.auditLog = auditLogIn(parts.folder);
    this.#authority = parts.authority;
    this.#apiServerCommand = parts.apiServerCommand;
    this.#etcd = parts.etcd;
  }

  /** The administrator's. */
  async connection(): Promise<ClusterConnection> {
    return fromKubeConfigText(await readFile(this.adminKubeconfig, "utf8"));
  }

  /** The path of a kubeconfig with a client certificate for this user. */
  async userKubeconfig(name: string, groups: readonly string[] = []): Promise<string> {
    const path = join(this.folder, `${encodeURIComponent(name)}.kubeconfig`);
    await this.writeKubeconfig(path, await this.#authority.issueUser(name, groups));
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
    child.stdin.end(input);
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

  async writeKubeconfig(path: string, user: KeyAndCertificate): Promise<void> {
    const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [
        {
          name: "test",
          cluster: { server: this.url, "certificate-authority-data": base64(this.#authority.certificate) },
        },
      ],
      users: [
        {
          name: "user",
          user: {
            "client-certificate-data": base64(user.certificate),
            "client-key-data": base64(user.key),
          },
        },
      ],
      contexts: [{ name: "test", context: { cluster: "test", user: "user" } }],
      "current-context": "test",
    };
    await writeFile(path, JSON.stringify(config), { mode: 0o600 });
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
  const etcd = await startGuarded(etcdCommand(folder, options), join(folder, "etcd.log"));
  const apiServerCommand = apiServerCommandFor(folder, port, options);
  const cluster = new Cluster({
    folder,
    url: `https://127.0.0.1:${port}`,
    authority,
    apiServerCommand,
    etcd,
  });
  try {
    await writeFiles(folder, authority);
    // The API server would wait a second for its next try.
    await etcd.waitUntil(async () => existsSync(join(folder, ETCD_SOCKET)));
    await cluster.writeKubeconfig(
      cluster.adminKubeconfig,
      await authority.issueUser("admin", ["system:masters"]),
    );
    await cluster.startApiServer();
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
  return cluster;
}

async function writeFiles(folder: string, authority: Authority): Promise<void> {
  const { certificate, key } = await authority.issueServer();
  const tokens = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const auditPolicy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] };
  const files = {
    "ca.pem": authority.certificate,
    "server.pem": certificate,
    "server-key.pem": key,
    "tokens.pem": tokens.publicKey.export({ type: "spki", format: "pem" }),
    "tokens-key.pem": tokens.privateKey.export({ type: "pkcs8", format: "pem" }),
    "audit-policy.json": JSON.stringify(auditPolicy),
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), content, { mode: 0o600 });
  }
}

function etcdCommand(folder: string, { durable = false }: ClusterOptions): string[] {
  const nowhere = "http://127.0.0.1:0"; // etcd insists on an address for members, of which there are no others
  const command = [
    locateTool("etcd").path,
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=unix://${join(folder, ETCD_SOCKET)}`,
    `--advertise-client-urls=${nowhere}`,
    `--listen-peer-urls=${nowhere}`,
    `--initial-advertise-peer-urls=${nowhere}`,
    `--initial-cluster=default=${nowhere}`,
    "--log-level=warn",
  ];
  // The data is thrown away with the test: nothing is gained by waiting for the disk.
  return durable ? command : [...command, "--unsafe-no-fsync"];
}

function apiServerCommandFor(folder: string, port: number, options: ClusterOptions): string[] {
  const { audit = false, apiServerFlags = [] } = options;
  const command = [
    locateTool("kube-apiserver").path,
    `--etcd-servers=unix://${join(folder, ETCD_SOCKET)}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${join(folder, "server.pem")}`,
    `--tls-private-key-file=${join(folder, "server-key.pem")}`,
    `--client-ca-file=${join(folder, "ca.pem")}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "tokens.pem")}`,
    `--service-account-signing-key-file=${join(folder, "tokens-key.pem")}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--endpoint-reconciler-type=none",
    "--allow-privileged=true",
    "--v=1",
    ...apiServerFlags,
  ];
  if (!audit) return command;
  return [
    ...command,
    `--audit-policy-file=${join(folder, "audit-policy.json")}`,
    `--audit-log-path=${auditLogIn(folder)}`,
  ];
}

function auditLogIn(folder: string): string {
  return join(folder, "audit.jsonl");
}

/** Outside the range that the system hands out by itself, so that it is still free after a restart of the server. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
