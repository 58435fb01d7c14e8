import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ClusterTarget, GateInventory, Observer } from "../../../src/apply/cluster/index.ts";
import { fetchConfig, judgeOnce } from "../../../src/cli/diff/judge-gate.ts";
import { asAdmission, asRecorded } from "../../../src/gate/record.ts";
import type { KubeClient, KubeObject } from "../../../src/kube/index.ts";
import { CANARY, findCanary } from "../../support/canary.ts";
import { NO_MORE_THAN_FIVE } from "../../support/policies.ts";
import { describeWithTools } from "../../support/tools.ts";
import { signer, World } from "../../support/world.ts";
import { writeInventory } from "../cluster/scene.ts";
import { type Asked, entry, readyStatus, Scene } from "./scene.ts";

/** Each command is a process of its own. */
const PATIENCE = { timeout: 120_000 };

const GATE = { namespace: "payments", name: "payments" };
const GATE_TYPE = { apiVersion: "sluice.dev/v1", kind: "Gate" };
const DEPLOYMENT = { apiVersion: "apps/v1", kind: "Deployment", namespace: "payments", name: "api" };

function manifest(kind: string, name: string, content: object): string {
  return JSON.stringify({ apiVersion: "v1", kind, metadata: { name }, ...content });
}

function secret(password: string): string {
  return manifest("Secret", "database", { stringData: { password } });
}

/** Of a gate that has applied nothing yet. */
function noInventory(client: KubeClient): GateInventory {
  return new GateInventory(client, GATE, {
    readGate: async () => ({ uid: "", inventory: undefined }),
    writeStatus: (inventory) => writeInventory(client, { ...GATE, ...GATE_TYPE }, inventory),
  });
}

/** What would become of each object, by its name. */
function changesIn({ answer }: Asked): Record<string, unknown> {
  const objects = answer.objects as { name: string; change: string }[];
  return Object.fromEntries(objects.map(({ name, change }) => [name, change]));
}

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "what a change would do to a cluster", () => {
  let scene: Scene;
  let world: World;
  beforeAll(async () => {
    [scene, world] = await Promise.all([Scene.open(), World.open()]);
    await scene.cluster.createNamespace(GATE.namespace);
    await scene.cluster.kubectl("create", "serviceaccount", "-n", "payments", "deployer");
    const resources = "deployments.apps,configmaps,secrets";
    const verbs = "get,list,watch,create,patch,delete";
    await scene.cluster.kubectl(
      "create",
      "role",
      "-n",
      "payments",
      "deployer",
      `--verb=${verbs}`,
      `--resource=${resources}`,
    );
    const binding = ["--role=deployer", "--serviceaccount=payments:deployer"];
    await scene.cluster.kubectl("create", "rolebinding", "-n", "payments", "deployer", ...binding);
    await createResources();
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    world.head = undefined; // each test has a history of its own
  });

  async function createResources(): Promise<void> {
    await scene.createGate(GATE.namespace, GATE.name, {
      source: { git: { url: world.url, ref: { branch: "main" } } },
      path: "prod",
      policies: ["limits"],
      target: { cluster: { serviceAccountName: "deployer", prune: true } },
    });
    const apiVersion = "sluice.dev/v1";
    await scene.client.create({
      apiVersion,
      kind: "TrustPolicy",
      metadata: { namespace: GATE.namespace, name: "trust" },
      spec: {
        signers: [signer(world.alice)],
        history: { start: "root" },
        commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
        artifacts: [
          {
            match: [`${world.registry.host}/**`],
            signedBy: { any: [{ cosign: { pem: world.imageKey.publicKeyPem } }] },
          },
        ],
      },
    });
    const modules = { "limits.rego": NO_MORE_THAN_FIVE };
    await scene.client.create({
      apiVersion,
      kind: "PolicyBundle",
      metadata: { name: "limits" },
      spec: { rego: { modules } },
    });
  }

  const diff = (...args: string[]) => scene.ask("diff", "payments/payments", ...args);

  async function fetchGate(): Promise<KubeObject> {
    const gate = await scene.client.get({ apiVersion: "sluice.dev/v1", kind: "Gate", ...GATE });
    if (gate === undefined) throw new TypeError("the gate is there");
    return gate;
  }

  /** Brings the cluster to the head of the branch, as the controller would. */
  async function applyHead(): Promise<void> {
    const decision = await judgeOnce(await fetchConfig(await fetchGate(), scene.client, "/nonexistent"), {});
    if (decision.verdict === "deny") throw new TypeError(JSON.stringify(decision.reasons));
    const nobody = () => undefined;
    await using observer = new Observer({
      client: scene.client,
      onDrift: nobody,
      onStatus: nobody,
      onError: nobody,
    });
    const inventory = noInventory(scene.client);
    const options = { prune: true, force: false, correctDrift: true };
    const target = new ClusterTarget({ gate: GATE, client: scene.client, observer, inventory, ...options });
    await target.apply(asAdmission(asRecorded(decision, entry(3))));
    const { admitted } = readyStatus();
    await scene.writeStatus(GATE, { admitted: { ...admitted, revision: decision.source.head } });
  }

  it("tells created, changed, pruned and unchanged apart, and changes nothing", PATIENCE, async () => {
    await scene.writeStatus(GATE, { admitted: null, inventory: null });
    const settings = manifest("ConfigMap", "settings", { data: { mode: "strict" } });
    const leaving = manifest("ConfigMap", "leaving", { data: {} });
    const more = { "prod/a.yaml": settings, "prod/b.yaml": leaving, "prod/c.yaml": secret("first") };
    await world.push({ tree: world.tree(1, more) });
    const first = await diff();
    expect(first).toMatchObject({ code: 0, answer: { verdict: "admit", counts: { created: 4 } } });
    expect(await scene.client.get(DEPLOYMENT)).toBeUndefined();

    await applyHead();
    expect(await diff()).toMatchObject({ code: 0, answer: { counts: { unchanged: 4 } } });

    const coming = manifest("ConfigMap", "coming", { data: {} });
    await world.push({
      tree: world.tree(3, { "prod/a.yaml": settings, "prod/b.yaml": coming, "prod/c.yaml": secret(CANARY) }),
    });
    const before = (await scene.client.get(DEPLOYMENT))?.metadata.resourceVersion;
    const second = await diff();
    expect(second.code).toBe(0);
    expect(changesIn(second)).toEqual({
      api: "changed",
      settings: "unchanged",
      coming: "created",
      database: "changed",
      leaving: "pruned",
    });
    expect((await scene.client.get(DEPLOYMENT))?.metadata.resourceVersion).toBe(before);
    const { stdout } = await scene.sluice("diff", "payments/payments");
    expect(stdout).toMatch(/^\s*-\s+replicas: 1$/m);
    expect(stdout).toMatch(/^\s*\+\s+replicas: 3$/m);
    expect(stdout).toContain("password");
    expect(stdout).not.toContain("managedFields");
    for (const seen of [stdout, JSON.stringify(second.answer)]) {
      expect(findCanary(seen)).toEqual([]);
      expect(seen).not.toContain(Buffer.from("first").toString("base64"));
    }
  });

  it(
    "shows what others added and would be taken out, and not what is a Secret's in kubectl's notes",
    PATIENCE,
    async () => {
      await scene.writeStatus(GATE, { admitted: null });
      await world.push({ tree: world.tree(1, { "prod/c.yaml": secret("first") }) });
      const values = JSON.stringify({ stringData: { password: CANARY } });
      await scene.cluster.kubectl(
        "annotate",
        "secret",
        "-n",
        "payments",
        "database",
        "--overwrite",
        `kubectl.kubernetes.io/last-applied-configuration=${values}`,
      );
      await scene.client.patch(
        DEPLOYMENT,
        { type: "merge", body: { spec: { template: { spec: { hostNetwork: true } } } } },
        { fieldManager: "hand" },
      );
      const { answer } = await diff();
      expect(answer.objects).toContainEqual(
        expect.objectContaining({ name: "api", change: "changed", note: expect.stringContaining("hand") }),
      );
      expect(findCanary(answer)).toEqual([]);
    },
  );

  it("of a refused change says why, and shows nothing", PATIENCE, async () => {
    await scene.writeStatus(GATE, { admitted: null });
    const hidden = manifest("ConfigMap", "unverified", { data: { key: "never-shown" } });
    await world.push({ by: world.mallory, tree: world.tree(1, { "prod/a.yaml": hidden }) });
    const { code, answer } = await diff();
    expect(code).toBe(1);
    expect(answer).toMatchObject({ verdict: "deny", decision: { reasons: [{ stage: "verify" }] } });
    const { stdout } = await scene.sluice("diff", "payments/payments");
    expect(stdout).not.toContain("never-shown");
    expect(stdout).not.toContain("ConfigMap");
  });

  it("says what the API server would not take from the gate's service account", PATIENCE, async () => {
    await scene.writeStatus(GATE, { admitted: null });
    const service = manifest("Service", "api", { spec: { ports: [{ port: 80 }] } });
    await world.push({ tree: world.tree(1, { "prod/a.yaml": service }) });
    const forbidden = await diff();
    expect(forbidden.code).toBe(2); // it may not even be looked at
    expect(forbidden.answer).toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("payments:deployer"),
    });

    const wrong = manifest("ConfigMap", "wrong", { data: { key: 5 } });
    await world.push({ tree: world.tree(1, { "prod/a.yaml": wrong }) });
    const rejected = await diff();
    expect(rejected.code).toBe(1);
    expect(rejected.answer).toMatchObject({ verdict: "rejected", rejections: [{ code: "REJECTED" }] });
  });

  it("acts as the service account or not at all", PATIENCE, async () => {
    await scene.writeStatus(GATE, { admitted: null });
    await world.push({ tree: world.tree(1) });
    const resources = "--resource=gates.sluice.dev,trustpolicies.sluice.dev,policybundles.sluice.dev";
    await scene.cluster.kubectl("create", "clusterrole", "reader", "--verb=get", resources);
    await scene.cluster.kubectl(
      "create",
      "clusterrolebinding",
      "reader",
      "--clusterrole=reader",
      "--user=dev",
    );
    const dev = await scene.cluster.userKubeconfig("dev");
    const { code, answer } = await scene.askAs(dev, "diff", "payments/payments");
    expect(code).toBe(2);
    expect(answer).toMatchObject({ code: "FORBIDDEN", message: expect.stringContaining("impersonate") });
  });

  it("takes the gate from files, and only from there", PATIENCE, async () => {
    await scene.writeStatus(GATE, { admitted: null, inventory: null });
    await world.push({ tree: world.tree(9) });
    expect(await diff()).toMatchObject({
      code: 1,
      answer: { decision: { reasons: [{ code: "POLICY_DENIED" }] } },
    });
    const target = { cluster: { serviceAccountName: "deployer" } };
    await world.configure({
      gate: { target },
      policies: { "limits.rego": NO_MORE_THAN_FIVE.replace("> 5", "> 9") },
    });
    expect(await diff("-f", world.gateFolder)).toMatchObject({ code: 0, answer: { verdict: "admit" } });

    await writeFile(join(world.gateFolder, "0.json"), "{");
    expect((await diff("-f", world.gateFolder)).answer.code).toBe("NOT_YAML");
  });
});
