import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { commitLine, makeBareRepository, makeFolder } from "../git/support/git.ts";
import { makeSshKey, startSshd } from "../git/support/ssh.ts";

describeWithTools(["git", "sshd", "ssh-keygen"], "sluice verify commits, of an ssh:// URL", () => {
  it("fetches with the key and the server's keys that it is told, and with nothing else", async () => {
    const path = makeBareRepository(makeFolder());
    const line = commitLine(path, 2);
    const [user, signer] = [makeSshKey(), makeSshKey()];
    const { url, auth } = await startSshd({ users: [user] });
    const folder = makeFolder();
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const signers = file("signers", `alice@bank.example ${signer.line}\n`);
    const [identity, known] = [user.path, file("known", auth.knownHosts)];
    const verify = (...args: string[]) =>
      runCli([
        "verify",
        "commits",
        "--output",
        "json",
        "--repo",
        url(path),
        "--allowed-signers",
        signers,
        ...args,
      ]);

    const found = await verify("--identity", identity, "--known-hosts", known);
    expect(found.code).toBe(1);
    expect(JSON.parse(found.stdout)).toMatchObject({
      head: line.at(-1),
      counts: { byCode: { UNSIGNED: 2 } },
    });

    const other = file("other", auth.knownHosts.replace(/AAAA.*/, makeSshKey().line.split(" ")[1] ?? ""));
    for (const [args, code] of [
      [["--identity", identity, "--known-hosts", other], "HOST_KEY_CHANGED"],
      [["--identity", makeSshKey().path, "--known-hosts", known], "AUTHENTICATION"],
      [["--identity", identity], "BAD_CREDENTIALS"],
      [["--known-hosts", known], "BAD_CREDENTIALS"],
      [[], "BAD_CREDENTIALS"],
      [["--identity", join(folder, "none"), "--known-hosts", known], "BAD_CREDENTIALS"],
    ] as const) {
      const refused = await verify(...args);
      expect(refused.code).toBe(2);
      expect(refused.stdout + refused.stderr).toContain(code);
    }
  }, 60_000);
});
