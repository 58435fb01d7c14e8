import { expect, it } from "vitest";
import { CANARY, findCanary, findCanaryFiles } from "../../support/canary.ts";
import { describeWithTools } from "../../support/tools.ts";
import { useScenes } from "./scene.ts";

describeWithTools(["kube-apiserver", "etcd", "kubectl"], "a controller, from outside", () => {
  const open = useScenes();

  it("shows its metrics and its state, and no credentials anywhere", async () => {
    const scene = await open();
    await scene.world.push({ by: scene.world.mallory });
    const token = { bearerToken: CANARY };
    await scene.put("Secret", "git", { stringData: token }, "v1");
    await scene.cluster.kubectl(
      ...["annotate", "secret", "git", "-n", scene.namespace],
      `sluice.dev/git-host=${new URL(scene.world.url).host}`,
    );
    const auth = { secretRef: { name: "git" } };
    await scene.putGate({ source: { git: { url: scene.world.url, ref: { branch: "main" }, auth } } });
    const replica = scene.run("--log-level", "debug");
    const { metrics: port } = await replica.waitFor("serving");
    await scene.until({ Ready: "False UnknownKey" });

    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect((await get("/healthz")).status).toBe(200);
    const ready = await get("/readyz");
    expect([ready.status, await ready.text()]).toEqual([200, "leader\n"]);
    const metrics = await (await get("/metrics")).text();
    expect(metrics).toMatch(/^sluice_refusals_total\{code="UNKNOWN_KEY"\} 1$/m);
    expect(metrics).toMatch(/^sluice_audit_log_entries 1$/m);
    expect(metrics).toMatch(/^sluice_leader 1$/m);
    expect(metrics).toMatch(/^sluice_stage_duration_seconds_count\{stage="verify"\} [1-9]/m);
    expect(metrics).toMatch(/^sluice_api_requests_total [1-9]/m);
    expect((await get("/secrets")).status).toBe(404);

    expect(findCanary(replica.output)).toEqual([]);
    expect(findCanary(metrics)).toEqual([]);
    expect(findCanary(await scene.gate())).toEqual([]);
    expect(await findCanaryFiles(scene.world.state)).toEqual([]);
  });
});
