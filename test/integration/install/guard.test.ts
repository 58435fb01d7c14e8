import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { requestsOf } from "./audit-events.ts";
import {
  type Answer,
  ask,
  configMap,
  controllerOf,
  installWithGuard,
  labelsOf,
  makeObjects,
  pod,
  type Somebody,
  sluiceKubeconfig,
} from "./guarded.ts";

/** A change, as arguments of kubectl and what it reads. Nothing is kept: the same objects serve every case. */
type Change = readonly [args: readonly string[], input?: object];

const dry = (...args: string[]): string[] => [...args, "-n", "payments", "--dry-run=server"];
const create = (object: object): Change => [dry("create", "-f", "-"), object];
const putPod = (subresource: string, spec: object): Change => [
  ["replace", "--raw", `/api/v1/namespaces/payments/pods/owned/${subresource}?dryRun=All`, "-f", "-"],
  { ...pod, spec: { ...pod.spec, ...spec } },
];
const patch = (what: string, body: object, ...flags: string[]): Change => [
  dry("patch", ...what.split("/"), "--type=merge", "-p", JSON.stringify(body), ...flags),
];

const DEBUGGER = {
  name: "debug",
  image: "evil.example/shell",
  targetContainerName: "app",
  terminationMessagePolicy: "File",
};
const OWNER = {
  apiVersion: "v1",
  kind: "ConfigMap",
  name: "free",
  uid: "6e3a0c5e-0000-4000-8000-000000000000",
};

const CHANGES = {
  "change the content": patch("cm/owned", { data: { a: "b" } }),
  "annotate it": patch("cm/owned", { metadata: { annotations: { a: "b" } } }),
  "delete it": [dry("delete", "cm", "owned")],
  "delete everything of the kind": [dry("delete", "cm", "--all")],
  "take the labels away": [
    dry("label", "cm", "owned", "sluice.dev/gate-name-", "sluice.dev/gate-namespace-"),
  ],
  "take one label away": [dry("label", "cm", "owned", "sluice.dev/gate-name-")],
  "hand it to another gate": [dry("label", "cm", "owned", "sluice.dev/gate-name=other", "--overwrite")],
  "change an object of another gate": patch("cm/others", { data: { a: "b" } }),
  "take an object of another gate": [
    dry("label", "cm", "others", "sluice.dev/gate-name=payments", "--overwrite"),
  ],
  "change an object with half of the labels": patch("cm/half", { data: { a: "b" } }),
  "add the labels to a free object": patch("cm/free", { metadata: { labels: labelsOf("payments") } }),
  "create an object with the labels": create(configMap("new", labelsOf("payments"))),
  "create an object with another gate's labels": create(configMap("new", labelsOf("other"))),
  "add a finalizer": patch("cm/owned", { metadata: { finalizers: ["bank.example/mine"] } }),
  "add an owner, for the garbage collector": patch("cm/owned", { metadata: { ownerReferences: [OWNER] } }),
  "restart its pods": [["rollout", "restart", "deployment", "owned", "-n", "payments"]],
  "add an ephemeral container": putPod("ephemeralcontainers", { ephemeralContainers: [DEBUGGER] }),
  "resize it": patch(
    "pod/owned",
    { spec: { containers: [{ ...pod.spec.containers[0], resources: { requests: { cpu: "2" } } }] } },
    "--subresource=resize",
  ),
  "delete an owned namespace": [["delete", "namespace", "owned", "--dry-run=server"]],
  "scale it": [["scale", "deployment", "owned", "-n", "payments", "--replicas=1"]],
  "write its status": patch(
    "deployment/owned",
    { status: { observedGeneration: 1 } },
    "--subresource=status",
  ),
  "evict it": [
    ["create", "--raw", "/api/v1/namespaces/payments/pods/owned/eviction", "-f", "-"],
    {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name: "owned", namespace: "payments" },
      deleteOptions: { dryRun: ["All"] },
    },
  ],
  "change a free object": patch("cm/free", { data: { a: "b" } }),
  "create an object without labels": create(configMap("new", {})),
} as const satisfies Record<string, Change>;

type ChangeName = keyof typeof CHANGES;

const NAMES = Object.keys(CHANGES) as ChangeName[];

/** What the guard leaves to RBAC, whoever comes. */
const UNGUARDED: readonly ChangeName[] = [
  "scale it",
  "write its status",
  "evict it",
  "change a free object",
  "create an object without labels",
];

const GUARDED = NAMES.filter((name) => !UNGUARDED.includes(name));

/** What a gate may not do either. */
const OF_ANOTHER_GATE: readonly ChangeName[] = [
  "delete everything of the kind",
  "take one label away",
  "hand it to another gate",
  "change an object of another gate",
  "take an object of another gate",
  "change an object with half of the labels",
  "create an object with another gate's labels",
];

describeWithTools(["etcd", "kube-apiserver", "kubectl"], "the guard", () => {
  let cluster: Cluster;
  let admin: Somebody;
  let stranger: Somebody;
  let sluice: Somebody;

  beforeAll(async () => {
    cluster = await startCluster({ audit: true });
    await installWithGuard(cluster);
    await makeObjects(cluster);
    admin = { kubeconfig: cluster.adminKubeconfig, flags: [] };
    stranger = await person("stranger");
    sluice = { kubeconfig: await sluiceKubeconfig(cluster), flags: [] };
  }, 120_000);

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  async function person(name: string, groups: readonly string[] = []): Promise<Somebody> {
    return { kubeconfig: await cluster.userKubeconfig(name, groups), flags: [] };
  }

  function as(who: Somebody, name: string, ...flags: string[]): Somebody {
    return { ...who, flags: [`--as=${name}`, ...flags] };
  }

  /** Sluice, when it acts for gates of `payments`. */
  function asGate(...gates: string[]): Somebody {
    const extras = gates.map((gate) => `--as-user-extra=sluice.dev/gate=${gate}`);
    return as(sluice, "system:serviceaccount:payments:deployer", ...extras);
  }

  function attempt(who: Somebody, name: ChangeName): Promise<Answer> {
    const [args, input]: Change = CHANGES[name];
    return ask(cluster, who, args, input === undefined ? "" : JSON.stringify(input));
  }

  /** The changes that come out in this way, of those named. */
  async function outcomes(
    who: Somebody,
    names: readonly ChangeName[],
  ): Promise<Record<string, Answer["verdict"]>> {
    const answers: [ChangeName, Answer["verdict"]][] = [];
    for (const name of names) answers.push([name, (await attempt(who, name)).verdict]);
    return Object.fromEntries(answers);
  }

  const all = (names: readonly ChangeName[], verdict: Answer["verdict"]) =>
    Object.fromEntries(names.map((name) => [name, verdict]));

  it.for(GUARDED)("lets nobody but the gate %s", async (name) => {
    const { verdict, message } = await attempt(stranger, name);
    expect(verdict, message).toBe("guard");
  });

  it.for(UNGUARDED)("leaves it to RBAC who may %s", async (name) => {
    const { verdict, message } = await attempt(stranger, name);
    expect(verdict, message).toBe("allowed");
    expect((await attempt(await person("nobody"), name)).verdict).toBe("rbac");
  });

  it("says which gate it is, and what can be done", async () => {
    const { message } = await attempt(stranger, "change the content");
    expect(message).toContain("payments/payments");
    expect(message).toContain("sluice:break-glass");
  });

  it("does not stop at cluster-admin", async () => {
    expect((await attempt(await person("root"), "change the content")).verdict).toBe("guard");
    expect((await attempt(admin, "change the content")).verdict).toBe("guard");
  });

  describe("gates", () => {
    const OWN = GUARDED.filter((name) => !OF_ANOTHER_GATE.includes(name));

    it("do everything with what they own, and can adopt what nobody owns", async () => {
      expect(await outcomes(asGate("payments/payments"), OWN)).toEqual(all(OWN, "allowed"));
    });

    it("do nothing to what another owns, or what names no gate", async () => {
      expect(await outcomes(asGate("payments/payments"), OF_ANOTHER_GATE)).toEqual(
        all(OF_ANOTHER_GATE, "guard"),
      );
      expect((await attempt(asGate("payments/other"), "change the content")).verdict).toBe("guard");
    });

    it("are one at a time", async () => {
      expect(
        (await attempt(asGate("payments/payments", "payments/other"), "change the content")).verdict,
      ).toBe("guard");
    });

    it("are not their service account: its token alone, or impersonated without the gate, changes nothing", async () => {
      const account = "system:serviceaccount:payments:deployer";
      expect((await attempt(as(sluice, account), "change the content")).verdict).toBe("guard");
      expect((await attempt(as(admin, account), "change the content")).verdict).toBe("guard");
    });

    it("cannot be claimed by who may not impersonate", async () => {
      const claim = as(stranger, "stranger", "--as-user-extra=sluice.dev/gate=payments/payments");
      expect((await attempt(claim, "change the content")).verdict).toBe("rbac");
    });

    it("are not Sluice: as itself it changes nothing that any of them owns", async () => {
      expect(await outcomes(sluice, GUARDED)).toEqual(all(GUARDED, "guard"));
    });
  });

  describe("the control plane", () => {
    const controller = (name: string): Somebody => controllerOf(cluster, name);

    it.for([
      ["generic-garbage-collector", "delete it"],
      ["generic-garbage-collector", "add a finalizer"],
      ["namespace-controller", "delete everything of the kind"],
      ["deployment-controller", "scale it"],
      ["horizontal-pod-autoscaler", "scale it"],
      ["deployment-controller", "write its status"],
    ] as const)("%s can %s", async ([name, change]) => {
      const { verdict, message } = await attempt(controller(name), change);
      expect(verdict, message).toBe("allowed");
    });

    it("writes the revision of a Deployment, and EndpointSlices with the labels of their Service", async () => {
      const revision = patch("deployment/owned", {
        metadata: { annotations: { "deployment.kubernetes.io/revision": "2" } },
      });
      expect(await ask(cluster, controller("deployment-controller"), revision[0])).toMatchObject({
        verdict: "allowed",
      });
      expect(await ask(cluster, stranger, revision[0])).toMatchObject({ verdict: "guard" });
      const slice = {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: { name: "owned-1", namespace: "payments", labels: labelsOf("payments") },
        addressType: "IPv4",
        endpoints: [],
      };
      const [args, input] = create(slice);
      const asked = await ask(cluster, controller("endpointslice-controller"), args, JSON.stringify(input));
      expect(asked.verdict, asked.message).toBe("allowed");
    });

    it("is of kube-system, and no account of another namespace with its name", async () => {
      const account = as(admin, "system:serviceaccount:payments:generic-garbage-collector");
      expect((await attempt(account, "delete it")).verdict).toBe("guard");
    });

    it("ends pods through their kubelet", async () => {
      const kubelet = as(admin, "system:node:n1", "--as-group=system:nodes");
      const end = dry("delete", "pod", "owned");
      expect(await ask(cluster, kubelet, end)).toMatchObject({ verdict: "allowed" });
      expect(await ask(cluster, stranger, end)).toMatchObject({ verdict: "guard" });
    });
  });

  describe("breaking the glass", () => {
    async function audited(user: string): Promise<Readonly<Record<string, string>>[]> {
      return (await requestsOf(cluster, user)).map(({ annotations = {} }) => annotations);
    }

    it("is for one group, whose changes the audit log names", async () => {
      const alice = await person("alice", ["sluice:break-glass"]);
      expect(await attempt(alice, "change the content")).toMatchObject({ verdict: "allowed" });
      const notes = (await audited("alice")).map((annotations) => annotations["sluice-guard/break-glass"]);
      expect(notes).toContain("alice changed an object of gate payments/payments, payments/payments");
      const bob = await person("bob", ["sluice:break-glass-not", "break-glass"]);
      expect(await attempt(bob, "change the content")).toMatchObject({ verdict: "guard" });
    });

    it("does not give rights that RBAC does not", async () => {
      const guest = await person("guest", ["sluice:break-glass"]);
      expect(await attempt(guest, "change the content")).toMatchObject({ verdict: "rbac" });
    });

    it("leaves no word about who has not broken it, and the refusals of those who were refused", async () => {
      await attempt(stranger, "change the content");
      const annotations = await audited("stranger");
      expect(annotations.filter((each) => "sluice-guard/break-glass" in each)).toEqual([]);
      const failures = annotations.map(
        (each) => each["validation.policy.admission.k8s.io/validation_failure"] ?? "",
      );
      expect(failures.some((failure) => failure.includes('"policy":"sluice-guard"'))).toBe(true);
    });
  });
});
