import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { Fault } from "../../src/fault.ts";
import { deepText } from "../integration/git/support/attempt.ts";
import { makeSshKey, type Sshd, startSshd } from "../integration/git/support/ssh.ts";
import { argsFor, runCli, shareCompiled } from "../support/cli.ts";
import { type Flow, useFlows } from "../support/flow.ts";
import { describeWithTools } from "../support/tools.ts";

const openFlow = useFlows();

interface Scene {
  readonly flow: Flow;
  readonly sshd: Sshd;
  /** Lets the gate log in with a Secret of these values. */
  readonly configure: (stringData: object) => Promise<void>;
}

async function openScene(): Promise<Scene> {
  const flow = await openFlow();
  const sshd = await startSshd();
  const url = sshd.url(join(flow.world.folder, "git/config.git"));
  const configure = async (stringData: object): Promise<void> => {
    await flow.world.configure({
      gate: { source: { git: { url, ref: { branch: "main" }, auth: { secretRef: { name: "git" } } } } },
      others: [
        { apiVersion: "v1", kind: "Secret", metadata: { name: "git", namespace: "payments" }, stringData },
      ],
    });
  };
  await configure({ identity: sshd.auth.identity, known_hosts: sshd.auth.knownHosts });
  await flow.world.push();
  return { flow, sshd, configure };
}

/** The lines of a key: none may be seen anywhere. */
function linesOf(identity: string): string[] {
  return identity.split("\n").filter((line) => line.length > 20 && !line.startsWith("---"));
}

function expectNoKey(text: string, identity: string): void {
  for (const line of linesOf(identity)) expect(text).not.toContain(line);
}

async function expectNoKeyBelow(folder: string, identity: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expectNoKey(await readFile(join(entry.parentPath, entry.name), "latin1"), identity);
  }
}

describeWithTools(["git", "sshd", "ssh-keygen"], "attack 30: a key for ssh", () => {
  it("lets the gate in, and is told nowhere", async () => {
    const { flow, sshd } = await openScene();
    const { decision } = await flow.run();
    expect(decision.verdict).toBe("admit");
    expectNoKey(JSON.stringify(decision), sshd.auth.identity);
    await expectNoKeyBelow(flow.world.state, sshd.auth.identity);
    expect(sshd.log()).toContain("Accepted publickey");
  });

  it.each<[string, (sshd: Sshd) => object, string]>([
    [
      "that is another",
      ({ auth }) => ({ identity: makeSshKey().identity, known_hosts: auth.knownHosts }),
      "AUTHENTICATION",
    ],
    [
      "that is damaged",
      ({ auth }) => ({ identity: auth.identity.slice(0, 300), known_hosts: auth.knownHosts }),
      "BAD_CREDENTIALS",
    ],
    [
      "for a server with another key",
      ({ auth, name }) => ({ identity: auth.identity, known_hosts: `${name} ${makeSshKey().line}` }),
      "HOST_KEY_CHANGED",
    ],
    [
      "for a server that nobody knows",
      ({ auth }) => ({ identity: auth.identity, known_hosts: "" }),
      "HOST_KEY_UNKNOWN",
    ],
    ["without the server's", ({ auth }) => ({ identity: auth.identity }), "INVALID_RESOURCE"],
    [
      "beside a password",
      ({ auth }) => ({ identity: auth.identity, known_hosts: auth.knownHosts, username: "a" }),
      "INVALID_RESOURCE",
    ],
    ["where a password is", ({ auth }) => ({ username: "git", password: auth.identity }), "BAD_CREDENTIALS"],
  ])("%s", async (_, secretOf, code) => {
    const { flow, sshd, configure } = await openScene();
    await configure(secretOf(sshd));
    const fault: unknown = await flow.run().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code });
    expectNoKey(deepText(fault), sshd.auth.identity);
  });

  it("is printed by no command, and kept in no state", async () => {
    const { flow, sshd, configure } = await openScene();
    const { world } = flow;
    await shareCompiled(world);
    const { identity, knownHosts } = sshd.auth;
    const run = async (): Promise<number | null> => {
      const { code, stdout, stderr } = await runCli(["run", "--once", ...argsFor(world), "--output", "json"]);
      expectNoKey(stdout + stderr, identity);
      return code;
    };
    expect(await run()).toBe(0);
    await configure({ identity, known_hosts: knownHosts.replaceAll("AAAAC3", "AAAAC4") });
    expect(await run()).toBe(2);
    await expectNoKeyBelow(world.state, identity);
  }, 60_000);
});
