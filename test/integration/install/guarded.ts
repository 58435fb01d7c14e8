import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../../support/cluster.ts";
import { GUARD, INSTALL, NAMESPACE, SLUICE } from "./overlay.ts";

/** Who asks: a kubeconfig, and flags of kubectl that go with every command. */
export interface Somebody {
  readonly kubeconfig: string;
  readonly flags: readonly string[];
}

/** `guard` is the guard's refusal; everything else that fails is `other`, and no proof of anything. */
export interface Answer {
  readonly verdict: "allowed" | "guard" | "rbac" | "other";
  readonly message: string;
}

export async function ask(
  cluster: Cluster,
  who: Somebody,
  args: readonly string[],
  input = "",
): Promise<Answer> {
  const { code, stderr } = await cluster.runKubectl([...who.flags, ...args], {
    kubeconfig: who.kubeconfig,
    input,
  });
  return { verdict: verdictOf(code, stderr), message: stderr };
}

function verdictOf(code: number | null, stderr: string): Answer["verdict"] {
  if (code === 0) return "allowed";
  if (stderr.includes("ValidatingAdmissionPolicy 'sluice-guard'")) return "guard";
  return /\(Forbidden\)|is forbidden|cannot impersonate/.test(stderr) ? "rbac" : "other";
}

export const labelsOf = (gate: string) => ({
  "sluice.dev/gate-namespace": "payments",
  "sluice.dev/gate-name": gate,
});

export const configMap = (name: string, labels: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "payments", labels },
  ...more,
});

export const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "owned", namespace: "payments", labels: labelsOf("payments") },
  spec: {
    containers: [
      { name: "app", image: "registry.bank.example/app", resources: { requests: { cpu: "100m" } } },
    ],
  },
};

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "owned", namespace: "payments", labels: labelsOf("payments") },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "owned" } },
    template: { metadata: { labels: { app: "owned" } }, spec: pod.spec },
  },
};

/** Objects of two gates, one with half of the labels, one of nobody. */
const OBJECTS = [
  configMap("owned", labelsOf("payments")),
  configMap("others", labelsOf("other")),
  configMap("half", { "sluice.dev/gate-namespace": "payments" }),
  configMap("free", {}),
  pod,
  deployment,
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "owned", labels: labelsOf("payments") } },
  { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "deployer", namespace: "payments" } },
];

/** The role `edit` is put together by a controller that does not run here. */
const EDITOR = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "test-editor" },
  rules: [
    {
      apiGroups: ["", "apps", "autoscaling", "batch", "discovery.k8s.io", "networking.k8s.io", "policy"],
      resources: ["*"],
      verbs: ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"],
    },
  ],
};

/** Who may edit as far as RBAC goes, so that the guard alone is what refuses. */
const EDITORS = [
  { kind: "User", name: "stranger" },
  { kind: "User", name: "alice" },
  { kind: "User", name: "bob" },
  { kind: "Group", name: "system:nodes" },
  { kind: "Group", name: "system:serviceaccounts:kube-system" },
  { kind: "User", name: SLUICE },
  { kind: "User", name: "system:serviceaccount:payments:deployer" },
  { kind: "User", name: "system:serviceaccount:payments:generic-garbage-collector" },
];

/** Installs Sluice's roles and kinds, and the guard, and waits until it is in force. */
export async function installWithGuard(cluster: Cluster): Promise<void> {
  await cluster.kubectl("apply", "--server-side", "-k", INSTALL);
  await cluster.kubectl("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/name=sluice");
  await cluster.kubectl("apply", "-k", GUARD);
  await untilInForce(cluster);
}

/** Objects of gates, made in the name that breaks the glass, and people who may edit them as far as RBAC goes. */
export async function makeObjects(cluster: Cluster): Promise<void> {
  await cluster.createNamespace("payments");
  const root = [{ kind: "User", name: "root" }];
  await create(cluster, [
    ...OBJECTS,
    EDITOR,
    binding("test-editor", EDITORS),
    binding("cluster-admin", root),
  ]);
}

/** In the name that breaks the glass, as Sluice's field manager. */
export async function create(cluster: Cluster, items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const breaker = ["--as=admin", "--as-group=system:masters", "--as-group=sluice:break-glass"];
  const apply = ["apply", "--server-side", "--field-manager=sluice", "-f", "-"];
  const { code, stderr } = await cluster.runKubectl([...breaker, ...apply], { input });
  if (code !== 0) throw new Error(stderr);
}

/** A controller of Kubernetes, in whose name the administrator comes. */
export function controllerOf(cluster: Cluster, name: string): Somebody {
  const groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"];
  return {
    kubeconfig: cluster.adminKubeconfig,
    flags: [`--as=system:serviceaccount:kube-system:${name}`, ...groups.map((each) => `--as-group=${each}`)],
  };
}

function binding(role: string, subjects: readonly object[]): object {
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `test-${role}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: subjects.map((subject) => ({ apiGroup: "rbac.authorization.k8s.io", ...subject })),
  };
}

const PROBE = { name: "probe", namespace: "default", labels: labelsOf("probe") };

/** The API server takes a policy up some moments after it was created. */
async function untilInForce(cluster: Cluster): Promise<void> {
  const admin = { kubeconfig: cluster.adminKubeconfig, flags: [] };
  const attempt = ["create", "--dry-run=server", "-f", "-"];
  const input = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: PROBE });
  for (let tries = 0; tries < 200; tries++) {
    if ((await ask(cluster, admin, attempt, input)).verdict === "guard") return;
    await sleep(100);
  }
  throw new Error("the guard does not come into force");
}

/** Sluice, as its own token makes it. */
export async function sluiceKubeconfig(cluster: Cluster): Promise<string> {
  const token = await cluster.tokenFor(NAMESPACE, "sluice");
  const config = JSON.parse(await readFile(cluster.adminKubeconfig, "utf8"));
  const path = join(cluster.folder, "sluice.kubeconfig");
  await writeFile(path, JSON.stringify({ ...config, users: [{ name: "user", user: { token } }] }), {
    mode: 0o600,
  });
  return path;
}
