import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { GUARD, NAMESPACE, writeOverlay } from "./overlay.ts";

interface PodSpec {
  readonly securityContext: object;
  readonly containers: readonly { readonly args: readonly string[] }[];
}

interface Deployment {
  readonly spec: { readonly replicas: number; readonly template: { readonly spec: PodSpec } };
}

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "installing", () => {
  let cluster: Cluster;
  const overlays: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
    for (const overlay of overlays) await rm(overlay, { recursive: true });
  });

  async function overlayWith(...components: string[]): Promise<string> {
    const overlay = await writeOverlay(components);
    overlays.push(overlay);
    return overlay;
  }

  /** As a person would, with every field checked; warnings, of Pod Security for one, are on stderr. */
  function apply(folder: string) {
    return cluster.runKubectl(["apply", "-k", folder, "--validate=strict"]);
  }

  async function deployment(): Promise<Deployment> {
    return JSON.parse(await cluster.kubectl("get", "deployment", "sluice", "-n", NAMESPACE, "-o", "json"));
  }

  it("is accepted as a whole, at once and again, with no warning", async () => {
    const overlay = await overlayWith();
    for (const word of ["created", "unchanged|configured"]) {
      const { code, stdout, stderr } = await apply(overlay);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const lines = stdout.trim().split("\n");
      expect(lines.filter((line) => !new RegExp(`(${word})$`).test(line))).toEqual([]);
      expect(lines.length).toBeGreaterThan(20);
    }
  });

  it("establishes the kinds, which kubectl explains", async () => {
    await cluster.kubectl(
      "wait",
      "--for=condition=Established",
      "crd",
      "-l",
      "app.kubernetes.io/name=sluice",
    );
    expect(await cluster.kubectl("explain", "gate.spec.trust")).toContain("sluice.dev");
  });

  it("brings the guard, whose expressions the API server has checked", async () => {
    const { code, stderr } = await apply(GUARD);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("makes pods that the namespace's Pod Security lets in, and it is not lax", async () => {
    const { spec } = (await deployment()).spec.template;
    const pod = (changed: object) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "sluice", namespace: NAMESPACE },
      spec: { ...spec, ...changed },
    });
    const create = (object: object) =>
      cluster.runKubectl(["create", "--dry-run=server", "-f", "-"], { input: JSON.stringify(object) });
    expect(await create(pod({}))).toMatchObject({ code: 0 });
    const asRoot = pod({ securityContext: { ...spec.securityContext, runAsNonRoot: false, runAsUser: 0 } });
    const refused = await create(asRoot);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('violates PodSecurity "restricted');
  });

  it("asks for no token but the one that it mounts, and writes nowhere but in its volumes", async () => {
    const { spec } = (await deployment()).spec.template;
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      containers: [{ securityContext: { readOnlyRootFilesystem: true, allowPrivilegeEscalation: false } }],
    });
    const account = JSON.parse(await cluster.kubectl("get", "sa", "sluice", "-n", NAMESPACE, "-o", "json"));
    expect(account.automountServiceAccountToken).toBe(false);
  });

  it.for(["audit-key", "namespaced", "observe-secrets"])(
    "is accepted with the component `%s`",
    async (name) => {
      const rendered = await cluster.kubectl("kustomize", await overlayWith(name));
      const { code, stderr } = await cluster.runKubectl(
        ["apply", "-f", "-", "--dry-run=server", "--validate=strict"],
        { input: rendered },
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );

  it("acts for gates that name no account with the component `default-account` alone", async () => {
    const flag = "--default-service-account=default";
    expect((await deployment()).spec.template.spec.containers[0]?.args).not.toContain(flag);
    expect(await apply(await overlayWith("default-account"))).toMatchObject({ code: 0, stderr: "" });
    expect((await deployment()).spec.template.spec.containers[0]?.args).toContain(flag);
  });

  it("is one pod that owns its volume with the component `single-replica`", async () => {
    const rendered = await cluster.kubectl("kustomize", await overlayWith("single-replica"));
    const { code, stderr } = await cluster.runKubectl(["apply", "-f", "-", "--dry-run=server"], {
      input: rendered,
    });
    // The access modes of a claim are for good, which is why this is chosen before the first install.
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("immutable") });
    await cluster.kubectl("delete", "pvc", "sluice-state", "-n", NAMESPACE, "--wait=false");
    await cluster.kubectl(
      "patch",
      "pvc",
      "sluice-state",
      "-n",
      NAMESPACE,
      "--type=merge",
      "-p",
      NO_FINALIZERS,
    );
    await cluster.kubectl("delete", "pdb", "sluice", "-n", NAMESPACE);
    expect(await apply(await overlayWith("single-replica"))).toMatchObject({ code: 0, stderr: "" });
    expect((await deployment()).spec).toMatchObject({ replicas: 1, strategy: { type: "Recreate" } });
    expect(await cluster.kubectl("get", "pdb", "-n", NAMESPACE, "-o", "name")).toBe("");
  });

  it("is scraped through the Service, from where the component `metrics` says", async () => {
    const rendered = await cluster.kubectl("kustomize", await overlayWith("metrics"));
    expect(rendered).toContain("kind: ServiceMonitor");
    const service = JSON.parse(
      await cluster.kubectl("get", "svc", "sluice-metrics", "-n", NAMESPACE, "-o", "json"),
    );
    expect(service.metadata.labels).toMatchObject({ "app.kubernetes.io/name": "sluice" });
    expect(service.spec.ports).toMatchObject([{ name: "metrics", port: 8080 }]);
  });
});

/** What the controllers of a cluster would do for a claim that no pod uses. */
const NO_FINALIZERS = '{"metadata":{"finalizers":null}}';
