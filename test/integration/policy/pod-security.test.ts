import { afterAll, describe, expect, it } from "vitest";
import type { JsonObject, KubernetesObject } from "../../../src/render/index.ts";
import { COMPILED, change, container, deniedBy, openEngine, pod } from "./scene.ts";

/**
 * The controls of the Pod Security Standards, level "restricted" (which includes "baseline"), one by one:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */

const scene = openEngine({ cache: COMPILED });
const baseline = scene.compileBaseline();
afterAll(() => scene.close());

async function judge(object: KubernetesObject): Promise<string[]> {
  return deniedBy(await scene.engine.evaluate([await baseline], change(object)));
}

function containerContext(fields: JsonObject): JsonObject {
  const context = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  return container({ securityContext: { ...context, ...fields } });
}

function podContext(fields: JsonObject): JsonObject {
  const context = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  return { securityContext: { ...context, ...fields } };
}

/** Fields of a Pod's own security context, with the rule that is against them. */
const POD_CONTEXTS: readonly [rule: string, fields: JsonObject][] = [
  ["nothing", {}],
  ["nothing", { windowsOptions: { hostProcess: false } }],
  ["host_process", { windowsOptions: { hostProcess: true } }],
  ["nothing", { appArmorProfile: { type: "RuntimeDefault" } }],
  ["apparmor", { appArmorProfile: { type: "Unconfined" } }],
  ["nothing", { seLinuxOptions: { type: "container_t", level: "s0" } }],
  ["selinux", { seLinuxOptions: { type: "spc_t" } }],
  ["selinux", { seLinuxOptions: { user: "system_u" } }],
  ["selinux", { seLinuxOptions: { role: "system_r" } }],
  ["nothing", { seccompProfile: { type: "Localhost", localhostProfile: "p.json" } }],
  ["seccomp", { seccompProfile: { type: "Unconfined" } }],
  ["seccomp", { seccompProfile: null }],
  ["nothing", { sysctls: [{ name: "net.ipv4.tcp_syncookies", value: "1" }] }],
  ["sysctls", { sysctls: [{ name: "kernel.msgmax", value: "1" }] }],
  ["run_as_non_root", { runAsNonRoot: false }],
  ["run_as_non_root", { runAsNonRoot: null }],
  ["nothing", { runAsUser: 1000 }],
  ["run_as_user", { runAsUser: 0 }],
];

/** Fields of a container's security context. */
const CONTAINER_CONTEXTS: readonly [rule: string, fields: JsonObject][] = [
  ["nothing", { privileged: false }],
  ["privileged", { privileged: true }],
  ["nothing", { capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }],
  ["capabilities", { capabilities: { drop: ["ALL"], add: ["NET_RAW"] } }],
  ["capabilities", { capabilities: { drop: ["NET_RAW"] } }],
  ["capabilities", { capabilities: null }],
  ["nothing", { appArmorProfile: { type: "Localhost", localhostProfile: "p" } }],
  ["apparmor", { appArmorProfile: { type: "Unconfined" } }],
  ["nothing", { seLinuxOptions: { type: "container_engine_t" } }],
  ["selinux", { seLinuxOptions: { type: "unconfined_t" } }],
  ["nothing", { procMount: "Default" }],
  ["proc_mount", { procMount: "Unmasked" }],
  ["nothing", { seccompProfile: { type: "RuntimeDefault" } }],
  ["seccomp", { seccompProfile: { type: "Unconfined" } }],
  ["privilege_escalation", { allowPrivilegeEscalation: true }],
  ["privilege_escalation", { allowPrivilegeEscalation: null }],
  ["nothing", { runAsNonRoot: true }],
  ["run_as_non_root", { runAsNonRoot: false }],
  ["nothing", { runAsUser: 1 }],
  ["run_as_user", { runAsUser: 0 }],
  ["nothing", { windowsOptions: { hostProcess: false } }],
  ["host_process", { windowsOptions: { hostProcess: true } }],
];

/** Other fields of a container. */
const CONTAINERS: readonly [rule: string, fields: JsonObject][] = [
  ["nothing", { ports: [{ containerPort: 80 }] }],
  ["host_ports", { ports: [{ containerPort: 80, hostPort: 80 }] }],
  ["nothing", { livenessProbe: { httpGet: { port: 80 } } }],
  ["host_probes", { livenessProbe: { httpGet: { port: 80, host: "10.0.0.1" } } }],
  ["host_probes", { lifecycle: { postStart: { tcpSocket: { port: 80, host: "10.0.0.1" } } } }],
];

/** Other fields of a Pod's spec. */
const PODS: readonly [rule: string, fields: JsonObject][] = [
  ["nothing", { hostNetwork: false, hostPID: false, hostIPC: false }],
  ["host_namespaces", { hostNetwork: true }],
  ["host_namespaces", { hostPID: true }],
  ["host_namespaces", { hostIPC: true }],
  ["nothing", { volumes: [{ name: "v", emptyDir: {} }] }],
  ["nothing", { volumes: [{ name: "v", csi: { driver: "d" } }] }],
  ["host_path_volumes", { volumes: [{ name: "v", hostPath: { path: "/" } }] }],
  ["volume_types", { volumes: [{ name: "v", nfs: { server: "s", path: "/" } }] }],
];

function expected(rule: string): string[] {
  return rule === "nothing" ? [] : [`sluice.object.${rule}`];
}

describe("Pod Security, restricted", () => {
  it("passes a hardened Pod", async () => {
    expect(await judge(pod())).toEqual([]);
  });

  it.each(POD_CONTEXTS)("%s is against a Pod's context with %j", async (rule, fields) => {
    expect(await judge(pod(podContext(fields)))).toEqual(expected(rule));
  });

  it.each(PODS)("%s is against a Pod with %j", async (rule, fields) => {
    expect(await judge(pod(fields))).toEqual(expected(rule));
  });

  describe.each(["containers", "initContainers", "ephemeralContainers"])("in %s", (list) => {
    it.each(CONTAINER_CONTEXTS)("%s is against a context with %j", async (rule, fields) => {
      expect(await judge(pod({ [list]: [containerContext(fields)] }))).toEqual(expected(rule));
    });

    it.each(CONTAINERS)("%s is against a container with %j", async (rule, fields) => {
      expect(await judge(pod({ [list]: [container(fields)] }))).toEqual(expected(rule));
    });
  });
});
