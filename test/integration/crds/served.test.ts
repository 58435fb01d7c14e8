import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { gateStatusSchema, resourcesFromObjects } from "../../../src/api/index.ts";
import { Cell } from "../../../src/cell/index.ts";
import { prepareGate, selectGates } from "../../../src/gate/index.ts";
import { PolicyEngine } from "../../../src/policy/index.ts";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { SHARED_CACHE } from "../../support/world.ts";
import { StrictApi } from "./api.ts";
import { gate, trust } from "./resources.ts";

const ROOT = join(import.meta.dirname, "../../..");
const CRDS = ["gates", "inventories", "policybundles", "trustpolicies"].map(
  (plural) => `${plural}.sluice.dev`,
);

const at = "2026-11-22T10:00:00Z";
const revision = "4f2c".repeat(10);
const entry = { index: 7, leafHash: "0a".repeat(32) };
const reason = { code: "UNSIGNED", subject: revision, message: "no signature", remedy: "sign it" };
const object = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  namespace: "payments",
  name: "api",
  uid: "7e1f",
};

const STATUS = {
  observedGeneration: 3,
  lastHandledRequest: "now",
  conditions: [
    {
      type: "Ready",
      status: "False",
      reason: "Refused",
      message: "no",
      observedGeneration: 3,
      lastTransitionTime: at,
    },
  ],
  attempted: { revision, at },
  admitted: { revision: "1d".repeat(20), manifests: `sha256:${"0b".repeat(32)}`, entry, at },
  refused: {
    revision,
    stage: "verify",
    entry,
    at,
    total: 11,
    reasons: Array.from({ length: 10 }, () => reason),
  },
  applied: { revision: "1d".repeat(20), entry, at },
  inventory: { count: 1, objects: [object] },
};

/** A schema as the API server publishes it. */
interface Published {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Published>>;
  readonly items?: Published;
}

/** The paths of the fields that nothing is said about. */
function undescribed({ properties = {}, items }: Published, path: string): string[] {
  const below = Object.entries(properties).flatMap(([name, schema]) => [
    ...(schema.description === undefined || schema.description === "" ? [`${path}.${name}`] : []),
    ...undescribed(schema, `${path}.${name}`),
  ]);
  return items === undefined ? below : [...below, ...undescribed(items, `${path}[]`)];
}

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "the CRDs on a real API server", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.kubectl("apply", "--validate=strict", "-k", join(ROOT, "manifests/crds"));
    await cluster.kubectl("wait", "--for=condition=Established", "crd", "--all");
    await cluster.createNamespace("tests");
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  /** Stores an object, or says why kubectl did not. */
  async function create(object: object, ...flags: readonly string[]): Promise<void> {
    const args = ["create", "--namespace=tests", "--validate=strict", ...flags, "-f", "-"];
    const { code, stderr } = await cluster.runKubectl(args, { input: JSON.stringify(object) });
    if (code !== 0) throw new Error(stderr);
  }

  const inTests = <T extends { metadata: object }>(object: T, name: string) => ({
    ...object,
    metadata: { ...object.metadata, name, namespace: "tests" },
  });

  it("are established, and their schemas are structural", async () => {
    const { items } = JSON.parse(await cluster.kubectl("get", "crds", "-o", "json"));
    expect(items.map((crd: { metadata: { name: string } }) => crd.metadata.name)).toEqual(CRDS);
    for (const { status } of items) {
      const conditions = status.conditions.map((each: { type: string; status: string }) => [
        each.type,
        each.status,
      ]);
      expect(conditions).toEqual(
        expect.arrayContaining([
          ["NamesAccepted", "True"],
          ["Established", "True"],
        ]),
      );
      expect(conditions).toHaveLength(2); // no NonStructuralSchema, no KubernetesAPIApprovalPolicyConformant
    }
  });

  it("take the example, and Sluice can use it as it is stored", async () => {
    await cluster.kubectl("apply", "--validate=strict", "-k", join(ROOT, "manifests/examples"));
    const stored = JSON.parse(await cluster.kubectl("get", "sluice", "--namespace=payments", "-o", "json"));
    const options = { policiesDir: join(ROOT, "policies") };
    const { resources, problems } = resourcesFromObjects(stored.items, options);
    expect(problems).toEqual([]);
    const [config] = selectGates(resources, ["payments/payments"]);
    expect(config?.target).toMatchObject({
      kind: "cluster",
      serviceAccountName: "payments-deployer",
      prune: true,
    });
    await using cell = new Cell({ cacheDir: join(SHARED_CACHE, "cell") });
    const engine = new PolicyEngine({ cell });
    const prepared = config && (await prepareGate(config, engine).finally(() => engine.close()));
    expect(prepared?.policies.map(({ name }) => name)).toEqual(["baseline", "payments"]);
    expect(prepared?.trust.grants.size).toBe(1);
    expect(prepared?.artifactRules).toHaveLength(1);
  });

  it("put in the defaults that files have", async () => {
    using api = await StrictApi.of(cluster);
    for (const written of [gate(), gate({ target: { cluster: { wait: true } } }), trust()]) {
      const { body } = await api.create(inTests(written, "defaults"));
      const [spec, stored] = [written, body].map((each) => Object(each).spec);
      expect(Object.keys(stored).length + Object.keys(stored.history ?? {}).length).toBeGreaterThan(
        Object.keys(spec).length + Object.keys(spec.history ?? {}).length,
      );
      const read = (from: unknown) => resourcesFromObjects([from], { policiesDir: "/policies" });
      expect(read(body)).toEqual(read(inTests(written, "defaults")));
      expect(read(body).problems).toEqual([]);
    }
  });

  it("keep whatever parameters a policy is given", async () => {
    const parameters = { limits: [1, { deep: { down: null } }], "odd key": true };
    const metadata = { name: "free" };
    const spec = { rego: { path: "free" }, parameters };
    await create({ apiVersion: "sluice.dev/v1", kind: "PolicyBundle", metadata, spec });
    const stored = JSON.parse(await cluster.kubectl("get", "pb", "free", "-o", "json"));
    expect(stored.spec.parameters).toEqual(parameters);
  });

  it("take dates as YAML has them", async () => {
    const input = `
apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: dates, namespace: tests}
spec:
  signers: [{name: alice, roles: [r], keys: [{ssh: ssh-ed25519 A, validAfter: 2026-01-01, validBefore: 2027-01-01T00:00:00+01:00}]}]
  history: {start: tip}
  commits: [{paths: ["**"], signedBy: {role: r}}]
`;
    expect(await cluster.runKubectl(["create", "-f", "-"], { input })).toMatchObject({ code: 0 });
  });

  it("say of every field what it is", async () => {
    const { components } = JSON.parse(
      await cluster.kubectl("get", "--raw", "/openapi/v3/apis/sluice.dev/v1"),
    );
    for (const kind of ["Gate", "TrustPolicy", "PolicyBundle", "Inventory"]) {
      const { metadata: _, ...properties } = components.schemas[`dev.sluice.v1.${kind}`].properties;
      expect(undescribed({ properties }, kind)).toEqual([]);
      expect(Object.keys(properties).length).toBeGreaterThan(2);
    }
    const told = await cluster.kubectl("explain", "gate.spec.target.cluster.prune");
    expect(told).toMatch(
      /FIELD: prune <boolean>\s+DESCRIPTION:\s+Whether what is no longer in the source is removed/,
    );
  });

  it("show what counts", async () => {
    await create(inTests(gate(), "shown"));
    const patch = ["patch", "gate", "shown", "--namespace=tests", "--subresource=status", "--type=merge"];
    expect(gateStatusSchema.parse(STATUS)).toEqual(STATUS);
    await cluster.kubectl(...patch, "-p", JSON.stringify({ status: STATUS }));
    const table = await cluster.kubectl("get", "gt", "shown", "--namespace=tests");
    const [head = "", row = ""] = table.trim().split("\n");
    expect(head.split(/\s+/)).toEqual(["NAME", "READY", "REASON", "REVISION", "APPLIED", "AGE"]);
    const cells = [
      "shown",
      "False",
      "Refused",
      revision,
      STATUS.applied.revision,
      expect.stringMatching(/^\d+s$/),
    ];
    expect(row.split(/\s+/)).toEqual(cells);
    const wide = await cluster.kubectl("get", "gates.sluice.dev", "--namespace=tests", "-o", "wide");
    expect(wide.split("\n")[0]).toMatch(/SUSPENDED +TRUST +SOURCE +MESSAGE +AGE/);
    const stored = JSON.parse(
      await cluster.kubectl("get", "gate", "shown", "--namespace=tests", "-o", "json"),
    );
    expect(stored.status).toEqual(STATUS);
  });

  it.each([
    [
      "more reasons than are shown",
      { refused: { ...STATUS.refused, reasons: Array.from({ length: 11 }, () => reason) } },
    ],
    ["an abbreviated digest", { admitted: { ...STATUS.admitted, manifests: "sha256:0b" } }],
    ["another stage", { refused: { ...STATUS.refused, stage: "apply" } }],
    ["a condition of another status", { conditions: [{ ...STATUS.conditions[0], status: "Maybe" }] }],
    ["a negative index", { applied: { ...STATUS.applied, entry: { ...entry, index: -1 } } }],
  ])("refuse a status with %s", async (title, change) => {
    const name = title.replaceAll(" ", "-");
    await create(inTests(gate(), name));
    expect(gateStatusSchema.safeParse({ ...STATUS, ...change }).success).toBe(false);
    const patch = ["patch", "gate", name, "--namespace=tests", "--subresource=status", "--type=merge"];
    const finished = await cluster.runKubectl([...patch, "-p", JSON.stringify({ status: change })]);
    expect(finished).toMatchObject({ code: 1, stderr: expect.stringContaining("is invalid") });
  });

  it("take an inventory, with nothing unknown in it", async () => {
    const inventory = {
      apiVersion: "sluice.dev/v1",
      kind: "Inventory",
      gate: { name: "shown" },
      objects: [object],
    };
    await create(inTests({ ...inventory, metadata: {} }, "shown"));
    const odd = { ...inventory, objects: [{ ...object, spec: {} }] };
    await expect(create(inTests({ ...odd, metadata: {} }, "odd"))).rejects.toThrow("unknown field");
  });
});
