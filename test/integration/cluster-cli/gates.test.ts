import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { finish, runCli, startCli } from "../../support/cli.ts";
import { startCluster } from "../../support/cluster.ts";
import { describeWithTools } from "../../support/tools.ts";
import { EARLIER, REVISION, readyStatus, refusedStatus, Scene, unhealthyStatus } from "./scene.ts";

/** Each command is a process of its own. */
const PATIENCE = { timeout: 120_000 };

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "gates of a cluster, from a terminal", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene?.[Symbol.asyncDispose]());

  it("get lists by namespace and name, and fails for a named gate that is not ready", PATIENCE, async () => {
    await scene.cluster.createNamespace("listed");
    await scene.createGate("listed", "web");
    await scene.createGate("listed", "api");
    await scene.createGate("listed", "resting", { suspend: true });
    await scene.writeStatus({ namespace: "listed", name: "web" }, readyStatus());
    await scene.writeStatus({ namespace: "listed", name: "api" }, refusedStatus());

    const { code, stdout } = await scene.sluice("get", "-n", "listed");
    expect(code).toBe(0);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(rows[0]).toEqual([
      "NAMESPACE",
      "NAME",
      "READY",
      "REASON",
      "REVISION",
      "ADMITTED",
      "APPLIED",
      "AGE",
    ]);
    expect(rows.slice(1).map((row) => row.slice(0, 7))).toEqual([
      ["listed", "api", "no", "Unsigned", REVISION.slice(0, 10), EARLIER.slice(0, 10), EARLIER.slice(0, 10)],
      ["listed", "resting", "suspended", "Suspended", expect.any(String)],
      [
        "listed",
        "web",
        "yes",
        "Reconciled",
        REVISION.slice(0, 10),
        REVISION.slice(0, 10),
        REVISION.slice(0, 10),
      ],
    ]);
    expect((await scene.ask("get", "listed/web")).code).toBe(0);
    expect((await scene.ask("get", "listed/api")).code).toBe(1);
    expect((await scene.ask("get", "web", "api", "-n", "listed")).code).toBe(1);
  });

  it("get finds gates of all namespaces, and only with -A", PATIENCE, async () => {
    await scene.cluster.createNamespace("elsewhere");
    await scene.createGate("elsewhere", "far");
    const names = ({ answer }: { answer: Record<string, unknown> }) =>
      (answer.gates as { name: string }[]).map(({ name }) => name);
    expect(names(await scene.ask("get", "-A"))).toContain("far");
    expect(names(await scene.ask("get"))).toEqual([]);
  });

  it("a plain name is in the namespace of the kubeconfig's context", PATIENCE, async () => {
    await scene.cluster.createNamespace("mine");
    await scene.createGate("mine", "own");
    const kubeconfig = await scene.cluster.userKubeconfig("operator", ["system:masters"]);
    expect((await scene.askAs(kubeconfig, "get", "own")).answer.code).toBe("MISSING_RESOURCE");
    const setNamespace = ["config", "set-context", "--current", "--namespace=mine"];
    expect((await scene.cluster.runKubectl(setNamespace, { kubeconfig })).code).toBe(0);
    const { answer } = await scene.askAs(kubeconfig, "get", "own");
    expect(answer.gates).toMatchObject([{ namespace: "mine", name: "own" }]);
  });

  it("explain says what was refused, what still runs and where it is recorded", PATIENCE, async () => {
    await scene.cluster.createNamespace("told");
    await scene.createGate("told", "api");
    await scene.writeStatus({ namespace: "told", name: "api" }, refusedStatus());
    const { code, answer } = await scene.ask("explain", "told/api");
    expect(code).toBe(1);
    expect(answer).toMatchObject({
      ready: false,
      refused: { stage: "verify", reasons: [{ code: "UNSIGNED" }] },
      applied: { revision: EARLIER },
      entry: { index: 4, command: expect.stringContaining("--index 4") },
    });
    const { stdout } = await scene.sluice("explain", "told/api");
    for (const told of ["UNSIGNED", "sign it with a key", EARLIER.slice(0, 10), "--index 4"]) {
      expect(stdout).toContain(told);
    }
    await scene.writeStatus({ namespace: "told", name: "api" }, { ...readyStatus(), refused: null });
    expect((await scene.ask("explain", "told/api")).code).toBe(0);
  });

  it("a status of an earlier spec does not make a gate ready", PATIENCE, async () => {
    await scene.cluster.createNamespace("changed");
    await scene.createGate("changed", "api");
    await scene.writeStatus({ namespace: "changed", name: "api" }, readyStatus());
    expect((await scene.ask("explain", "changed/api")).code).toBe(0);
    await scene.cluster.kubectl(
      "patch",
      "gate",
      "-n",
      "changed",
      "api",
      "--type=merge",
      "-p",
      '{"spec":{"interval":"7m"}}',
    );
    const { code, answer } = await scene.ask("explain", "changed/api");
    expect(code).toBe(1);
    expect(answer).toMatchObject({ ready: false, outdated: true });
  });

  it("explain names the gates and the objects that are waited for", PATIENCE, async () => {
    await scene.cluster.createNamespace("waiting");
    await scene.createGate("waiting", "base");
    await scene.createGate("waiting", "api", { dependsOn: [{ name: "base" }, { name: "absent" }] });
    const job = { apiVersion: "batch/v1", kind: "Job", metadata: { namespace: "waiting", name: "migrate" } };
    const pod = { restartPolicy: "Never", containers: [{ name: "a", image: "a" }] };
    await scene.client.create({ ...job, spec: { template: { spec: pod } } });
    const owned = { group: "batch", version: "v1", kind: "Job", namespace: "waiting", name: "migrate" };
    await scene.writeStatus(
      { namespace: "waiting", name: "api" },
      unhealthyStatus({ count: 1, objects: [owned] }),
    );
    const { code, answer } = await scene.ask("explain", "waiting/api");
    expect(code).toBe(1);
    expect(answer.waitsFor).toMatchObject([{ gate: "waiting/base" }, { gate: "waiting/absent" }]);
    expect(answer.unhealthy).toMatchObject([
      { kind: "Job", name: "migrate", health: { status: "InProgress" } },
    ]);
  });

  it("explain tells what it knows where the objects are out of sight", PATIENCE, async () => {
    await scene.cluster.createNamespace("remote");
    const target = { cluster: { kubeConfig: { secretRef: { name: "absent" } } } };
    await scene.createGate("remote", "api", { target });
    await scene.writeStatus({ namespace: "remote", name: "api" }, unhealthyStatus({ count: 0, objects: [] }));
    const { code, answer } = await scene.ask("explain", "remote/api");
    expect(code).toBe(1);
    expect(answer).toMatchObject({ reason: "Unhealthy", unhealthy: [], unseen: expect.any(String) });
    expect((await scene.ask("tree", "remote/api")).answer.code).toBe("CONFIG");
  });

  it("what a cluster says is shown, and never obeyed", PATIENCE, async () => {
    await scene.cluster.createNamespace("hostile");
    await scene.createGate("hostile", "api");
    await scene.writeStatus({ namespace: "hostile", name: "api" }, refusedStatus("\u001b[2Jready\u202e"));
    const { stdout } = await scene.sluice("explain", "hostile/api");
    expect(stdout).toContain("ready");
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toContain("\u202e");
  });

  it("suspend and resume change the gate, once", PATIENCE, async () => {
    await scene.cluster.createNamespace("rest");
    const { apiVersion, kind } = await scene.createGate("rest", "api");
    const suspended = async () =>
      (await scene.client.get({ apiVersion, kind, namespace: "rest", name: "api" }))?.spec;
    expect((await scene.ask("suspend", "rest/api")).answer).toMatchObject({ suspended: true, changed: true });
    expect(await suspended()).toMatchObject({ suspend: true });
    expect((await scene.ask("suspend", "rest/api")).answer).toMatchObject({ changed: false });
    expect((await scene.ask("reconcile", "rest/api", "--wait")).code).toBe(1); // it would wait for ever
    expect((await scene.ask("resume", "rest/api")).answer).toMatchObject({ suspended: false, changed: true });
    expect(await suspended()).toMatchObject({ suspend: false });
  });

  it(
    "reconcile asks, and with --wait tells what came of it, also when the API server was gone",
    PATIENCE,
    async () => {
      await scene.cluster.createNamespace("asked");
      const { apiVersion, kind } = await scene.createGate("asked", "api");
      const ref = { apiVersion, kind, namespace: "asked", name: "api" };
      const requested = async () =>
        (await scene.client.get(ref))?.metadata.annotations?.["sluice.dev/requestedAt"];

      expect((await scene.ask("reconcile", "asked/api")).code).toBe(0);
      const first = await requested();
      const waiting = startCli([
        ...["--output", "json", "reconcile", "asked/api", "--wait"],
        ...["--kubeconfig", scene.cluster.adminKubeconfig],
      ]);
      onTestFinished(() => void waiting.kill());
      const finished = finish(waiting);
      await expect.poll(requested, { timeout: 60_000 }).not.toBe(first);
      await scene.cluster.stopApiServer();
      await scene.cluster.startApiServer();
      await scene.writeStatus(ref, { ...refusedStatus(), lastHandledRequest: await requested() });
      const { code, stdout } = await finished;
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ requestPending: false, refused: { stage: "verify" } });
    },
  );

  it("reconcile gives up waiting where nobody handles the request", PATIENCE, async () => {
    await scene.cluster.createNamespace("alone");
    await scene.createGate("alone", "api");
    const { code, answer } = await scene.ask("reconcile", "alone/api", "--wait", "--timeout", "1");
    expect(code).toBe(2);
    expect(answer.code).toBe("TIMEOUT");
  });

  it("says which gates there are, who may not, and what is missing", PATIENCE, async () => {
    await scene.cluster.createNamespace("known");
    await scene.createGate("known", "api");
    const absent = await scene.ask("explain", "known/apo");
    expect(absent).toMatchObject({
      code: 2,
      answer: { code: "MISSING_RESOURCE", remedy: expect.stringContaining("api") },
    });
    expect((await scene.ask("explain", "a/b/c")).answer.code).toBe("INVALID_RESOURCE");

    const stranger = await scene.cluster.userKubeconfig("stranger");
    const denied = await runCli(["--output", "json", "get", "-n", "known", "--kubeconfig", stranger]);
    expect(denied.code).toBe(2);
    expect(JSON.parse(denied.stdout)).toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("stranger"),
    });

    const nowhere = await runCli(["--output", "json", "get"]);
    expect(JSON.parse(nowhere.stdout)).toMatchObject({ code: "CONFIG", verdict: "fault" });
  });
});

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a cluster without Sluice", () => {
  it("is told apart from one without gates", PATIENCE, async () => {
    await using cluster = await startCluster();
    const get = () => runCli(["--output", "json", "get", "--kubeconfig", cluster.adminKubeconfig]);
    const bare = await get();
    expect(bare.code).toBe(2);
    expect(JSON.parse(bare.stdout)).toMatchObject({
      code: "NO_SUCH_KIND",
      remedy: expect.stringContaining("manifests/install"),
    });
    await cluster.stopApiServer();
    const gone = await get();
    expect(gone.code).toBe(2);
    expect(JSON.parse(gone.stdout)).toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringContaining(cluster.url),
    });
  });
});
