import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithTools } from "../../support/tools.ts";
import { makeSshKey, startSshd } from "../git/support/ssh.ts";
import { useScenes } from "./scene.ts";

const TOOLS = ["kube-apiserver", "etcd", "kubectl", "sshd", "ssh-keygen"] as const;

describeWithTools(TOOLS, "a gate that is fetched over SSH", () => {
  const open = useScenes();

  it("is open with the key of its Secret, for the server that both say, and with no other (attack 23)", async () => {
    const scene = await open();
    const { world, namespace } = scene;
    await world.push({ tree: world.tree(1) });
    const sshd = await startSshd();
    const { identity, knownHosts } = sshd.auth;
    const url = sshd.url(join(world.folder, "git/config.git"));
    await scene.put("Secret", "git", { stringData: { identity, known_hosts: knownHosts } }, "v1");
    const auth = { secretRef: { name: "git" } };
    await scene.putGate({ source: { git: { url, ref: { branch: "main" }, auth } } });
    const replica = scene.run("--log-level", "debug");
    await scene.until({ Ready: "False InvalidResource" }); // the Secret does not say for which server it is
    expect(sshd.log()).not.toContain("Connection from");

    const host = `sluice.dev/git-host=127.0.0.1:${sshd.port}`;
    await scene.cluster.kubectl("annotate", "secret", "git", "-n", namespace, host);
    await scene.until({ Ready: "True Reconciled", Admitted: "True Admitted" });
    expect(await scene.replicas()).toBe(1);

    const other = `${sshd.name} ${makeSshKey().line}`;
    await scene.put("Secret", "git", { stringData: { identity, known_hosts: other } }, "v1");
    await scene.cluster.kubectl("annotate", "--overwrite", "secret", "git", "-n", namespace, host);
    await world.push({ tree: world.tree(2) });
    await scene.until({ Ready: "False HostKeyChanged", Stalled: "True HostKeyChanged" });
    expect(await scene.replicas()).toBe(1);
    expect(replica.output).not.toContain(identity.split("\n")[2]);
  });
});
