import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { NAMESPACE, SLUICE, writeOverlay } from "./overlay.ts";

/** Verb, resource (with a name after a slash, with a subresource after a plus), and where: a namespace, or everywhere. */
type Row = readonly [verb: string, resource: string, namespace?: string];

const ALLOWED: readonly Row[] = [
  ["watch", "gates.sluice.dev"],
  ["watch", "trustpolicies.sluice.dev"],
  ["watch", "policybundles.sluice.dev"],
  ["patch", "gates.sluice.dev", "payments"],
  ["patch", "gates.sluice.dev+status", "payments"],
  ["update", "gates.sluice.dev+finalizers", "payments"],
  ["create", "inventories.sluice.dev", "payments"],
  ["patch", "inventories.sluice.dev", "payments"],
  ["delete", "inventories.sluice.dev", "payments"],
  ["create", "events", "payments"],
  ["create", "events.events.k8s.io", "payments"],
  ["create", "leases.coordination.k8s.io", NAMESPACE],
  ["update", "leases.coordination.k8s.io", NAMESPACE],
  ["get", "secrets/git-token", "payments"],
  ["get", "configmaps/keys", "payments"],
  ["impersonate", "serviceaccounts/payments-deployer", "payments"],
  ["impersonate", "userextras.authentication.k8s.io/payments/payments+sluice.dev/gate"],
  ["watch", "deployments.apps"],
  ["watch", "configmaps"],
  ["watch", "customresourcedefinitions.apiextensions.k8s.io"],
  ["watch", "clusterroles.rbac.authorization.k8s.io"],
];

const DENIED: readonly Row[] = [
  ["list", "secrets", "payments"],
  ["watch", "secrets"],
  ["create", "secrets", "payments"],
  ["delete", "secrets", NAMESPACE],
  ["create", "deployments.apps", "payments"],
  ["patch", "deployments.apps", "payments"],
  ["delete", "deployments.apps", "payments"],
  ["patch", "deployments.apps", NAMESPACE],
  ["create", "pods", "payments"],
  ["create", "pods+exec", "payments"],
  ["create", "namespaces"],
  ["create", "gates.sluice.dev", "payments"],
  ["delete", "gates.sluice.dev", "payments"],
  ["update", "trustpolicies.sluice.dev", "payments"],
  ["patch", "trustpolicies.sluice.dev", "payments"],
  ["patch", "trustpolicies.sluice.dev+status", "payments"],
  ["patch", "policybundles.sluice.dev"],
  ["patch", "policybundles.sluice.dev+status"],
  ["update", "leases.coordination.k8s.io", "payments"],
  ["update", "leases.coordination.k8s.io", "kube-system"],
  ["impersonate", "users/alice"],
  ["impersonate", "groups/system:masters"],
  ["impersonate", "groups/sluice:break-glass"],
  ["impersonate", "userextras.authentication.k8s.io/payments/payments+scopes"],
  ["create", "serviceaccounts+token", "payments"],
  ["create", "serviceaccounts+token", NAMESPACE],
  ["create", "clusterrolebindings.rbac.authorization.k8s.io"],
  ["bind", "clusterroles.rbac.authorization.k8s.io/cluster-admin"],
  ["escalate", "clusterroles.rbac.authorization.k8s.io"],
  ["patch", "validatingadmissionpolicies.admissionregistration.k8s.io"],
  ["delete", "validatingadmissionpolicybindings.admissionregistration.k8s.io"],
];

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "what Sluice's service account may do", () => {
  let cluster: Cluster;
  const overlays: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
    await install([]);
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    for (const overlay of overlays) await rm(overlay, { recursive: true });
  });

  async function install(components: readonly string[]): Promise<void> {
    const overlay = await writeOverlay(components);
    overlays.push(overlay);
    await cluster.kubectl("apply", "--server-side", "-k", overlay);
  }

  /** What the API server's authorizer says to each row, asked as SubjectAccessReviews. */
  async function reviewAs(user: string, groups: readonly string[], rows: readonly Row[]): Promise<boolean[]> {
    const items = rows.map((row) => ({
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec: { user, groups, resourceAttributes: attributesOf(row) },
    }));
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const format = 'jsonpath={.status.allowed}{"\\n"}';
    const { code, stdout, stderr } = await cluster.runKubectl(["create", "-o", format, "-f", "-"], { input });
    if (code !== 0) throw new Error(stderr);
    return stdout
      .trim()
      .split("\n")
      .map((answer) => answer === "true");
  }

  const SLUICE_GROUPS = [
    "system:serviceaccounts",
    `system:serviceaccounts:${NAMESPACE}`,
    "system:authenticated",
  ];

  /** Those of the rows that Sluice may do. */
  async function allowedTo(...rows: Row[]): Promise<Row[]> {
    const answers = await reviewAs(SLUICE, SLUICE_GROUPS, rows);
    expect(answers).toHaveLength(rows.length);
    return rows.filter((_, index) => answers[index]);
  }

  it("is all that the controller does, and nothing that is a gate's or an administrator's", async () => {
    expect(await allowedTo(...ALLOWED, ...DENIED)).toEqual(ALLOWED);
  });

  it("is told the same by kubectl, as whoever installs it would ask", async () => {
    const ask = async (...question: string[]) =>
      (await cluster.runKubectl(["auth", "can-i", "--as", SLUICE, ...question])).stdout.trim();
    expect(await ask("watch", "gates.sluice.dev", "--all-namespaces")).toBe("yes");
    expect(await ask("impersonate", "serviceaccounts", "--namespace", "payments")).toBe("yes");
    expect(await ask("list", "secrets", "--all-namespaces")).toBe("no");
    expect(await ask("*", "*")).toBe("no");
  });

  it("shows gates to viewers of a namespace, and lets none but their owners change them", async () => {
    await cluster.kubectl("create", "namespace", "people");
    const bind = (name: string) =>
      cluster.kubectl(
        "create",
        "rolebinding",
        name,
        "-n",
        "people",
        `--clusterrole=${name}`,
        `--user=${name}`,
      );
    await Promise.all(["edit", "sluice-view", "sluice-gate-owner"].map(bind));
    const rows: readonly Row[] = [
      ["get", "gates.sluice.dev", "people"],
      ["patch", "gates.sluice.dev", "people"],
      ["patch", "gates.sluice.dev+status", "people"],
    ];
    expect(await reviewAs("sluice-view", [], rows)).toEqual([true, false, false]);
    expect(await reviewAs("sluice-gate-owner", [], rows)).toEqual([true, true, false]);
    expect((await reviewAs("edit", [], rows)).slice(1)).toEqual([false, false]);
  });

  it("reads and acts in a tenant's namespace only where it was bound, with the component `namespaced`", async () => {
    await cluster.kubectl("delete", "clusterrolebinding", "sluice-tenant");
    await install(["namespaced"]);
    const rows = (namespace: string): Row[] => [
      ["get", "secrets/git-token", namespace],
      ["impersonate", "serviceaccounts/deployer", namespace],
    ];
    const watch: Row = ["watch", "gates.sluice.dev"];
    expect(await allowedTo(...rows("people"), watch)).toEqual([watch]);
    const role = ["--clusterrole=sluice-tenant", `--serviceaccount=${NAMESPACE}:sluice`];
    await cluster.kubectl("create", "rolebinding", "sluice", "-n", "people", ...role);
    expect(await allowedTo(...rows("people"), ...rows("payments"), watch)).toEqual([
      ...rows("people"),
      watch,
    ]);
  });

  it("may watch Secrets with the component `observe-secrets`", async () => {
    await install(["namespaced", "observe-secrets"]);
    const watch: Row = ["watch", "secrets"];
    expect(await allowedTo(watch, ["patch", "secrets", "payments"])).toEqual([watch]);
  });
});

function attributesOf([verb, what, namespace]: Row): object {
  const [path = "", subresource = ""] = what.split("+");
  const [type = "", ...name] = path.split("/");
  const [resource = "", ...group] = type.split(".");
  const place = namespace === undefined ? {} : { namespace };
  return { verb, group: group.join("."), resource, subresource, name: name.join("/"), ...place };
}
