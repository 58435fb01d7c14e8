import { generateKeyPairSync } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Authority, KeyAndCertificate } from "./certificates.ts";
import { locateTool } from "./toolbox.ts";

export interface ClusterOptions {
  /** Lets etcd wait for the disk, as a real one does: for measurements. */
  readonly durable?: boolean;
  /** Writes each request's metadata to the cluster's `auditLog`. */
  readonly audit?: boolean;
  readonly apiServerFlags?: readonly string[];
}

/** Of the files in a cluster's folder. */
export const filesIn = (folder: string) => ({
  authority: join(folder, "ca.pem"),
  serverCertificate: join(folder, "server.pem"),
  serverKey: join(folder, "server-key.pem"),
  tokenKey: join(folder, "tokens-key.pem"),
  tokenPublicKey: join(folder, "tokens.pem"),
  auditPolicy: join(folder, "audit-policy.json"),
  auditLog: join(folder, "audit.jsonl"),
  adminKubeconfig: join(folder, "admin.kubeconfig"),
  etcdSocket: join(folder, "etcd.sock"),
});

export async function writeServerFiles(folder: string, authority: Authority): Promise<void> {
  const files = filesIn(folder);
  const { certificate, key } = await authority.issueServer();
  const tokens = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const auditPolicy = { apiVersion: "audit.k8s.io/v1", kind: "Policy", rules: [{ level: "Metadata" }] };
  const contents: [string, string][] = [
    [files.authority, authority.certificate],
    [files.serverCertificate, certificate],
    [files.serverKey, key],
    [files.tokenPublicKey, tokens.publicKey.export({ type: "spki", format: "pem" }).toString()],
    [files.tokenKey, tokens.privateKey.export({ type: "pkcs8", format: "pem" }).toString()],
    [files.auditPolicy, JSON.stringify(auditPolicy)],
  ];
  for (const [path, content] of contents) await writeFile(path, content, { mode: 0o600 });
}

/** A kubeconfig with a client certificate, as JSON. */
export function kubeconfigFor(url: string, authority: Authority, user: KeyAndCertificate): string {
  const base64 = (pem: string): string => Buffer.from(pem).toString("base64");
  const cluster = { server: url, "certificate-authority-data": base64(authority.certificate) };
  const credentials = {
    "client-certificate-data": base64(user.certificate),
    "client-key-data": base64(user.key),
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "user", user: credentials }],
    contexts: [{ name: "test", context: { cluster: "test", user: "user" } }],
    "current-context": "test",
  });
}

export function etcdCommand(folder: string, { durable = false }: ClusterOptions): string[] {
  const nowhere = "http://127.0.0.1:0"; // etcd insists on an address for members, of which there are no others
  const command = [
    locateTool("etcd").path,
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=unix://${filesIn(folder).etcdSocket}`,
    `--advertise-client-urls=${nowhere}`,
    `--listen-peer-urls=${nowhere}`,
    `--initial-advertise-peer-urls=${nowhere}`,
    `--initial-cluster=default=${nowhere}`,
    "--log-level=warn",
  ];
  // The data is thrown away with the test: nothing is gained by waiting for the disk.
  return durable ? command : [...command, "--unsafe-no-fsync"];
}

export function apiServerCommand(folder: string, port: number, options: ClusterOptions): string[] {
  const files = filesIn(folder);
  const { audit = false, apiServerFlags = [] } = options;
  const command = [
    locateTool("kube-apiserver").path,
    `--etcd-servers=unix://${files.etcdSocket}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${files.serverCertificate}`,
    `--tls-private-key-file=${files.serverKey}`,
    `--client-ca-file=${files.authority}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${files.tokenPublicKey}`,
    `--service-account-signing-key-file=${files.tokenKey}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--endpoint-reconciler-type=none",
    "--allow-privileged=true",
    "--v=1",
    ...apiServerFlags,
  ];
  if (!audit) return command;
  return [...command, `--audit-policy-file=${files.auditPolicy}`, `--audit-log-path=${files.auditLog}`];
}
