import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { createPerson } from "../../../src/demo/people.ts";
import { argsFor, runCli, shareCompiled } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { signer, World } from "../../support/world.ts";

const bob = createPerson("bob");

/** A log with three admissions: by Alice, by Bob under a policy that was changed, by Alice again. */
describeWithTools(["time"], "sluice trust audit", () => {
  let world: World;
  let log: string;
  beforeAll(async () => {
    world = await World.open();
    await shareCompiled(world);
    log = join(world.state, "log");
    await world.push({ message: "one" });
    await run();
    await world.configure({ trust: { signers: [signer(world.alice), signer(bob)] } });
    await world.push({ message: "two", by: bob, tree: world.tree(2) });
    await run();
    await world.push({ message: "three", tree: world.tree(3) });
    await run();
    return () => world[Symbol.asyncDispose]();
  });

  async function run(): Promise<void> {
    expect((await runCli(["run", "--once", ...argsFor(world)])).code).toBe(0);
  }

  /** The policy is the second file of a world. */
  async function audit(trust: object, ...args: readonly string[]) {
    await world.configure({ trust });
    const policy = join(world.gateFolder, "1.json");
    return runCli(["--output", "json", "trust", "audit", "--log", log, "--trust", policy, ...args]);
  }

  it("finds nothing while every key counts", async () => {
    const { code, stdout } = await audit({ signers: [signer(world.alice), signer(bob)] });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ admissions: 3, others: 0, changes: [] });
  });

  it("lists what a key signed that was taken out, expired or revoked since", async () => {
    const gone = await audit({ signers: [signer(world.alice)] });
    expect(gone.code).toBe(1);
    const expected = (code: string) => ({
      admissions: 3,
      changes: [
        { index: 2, gate: "payments/payments", signatures: [{ signer: "bob", code, scheme: "ssh" }] },
      ],
    });
    expect(JSON.parse(gone.stdout)).toMatchObject(expected("UNKNOWN_KEY"));
    const expired = await audit({
      signers: [signer(world.alice), signer(bob, { validBefore: "2026-01-01" })],
    });
    expect(JSON.parse(expired.stdout)).toMatchObject(expected("KEY_EXPIRED"));
    const revoked = { sshKeys: [{ base64: Buffer.from(`${bob.publicKey}\n`).toString("base64") }] };
    const { stdout } = await audit({ signers: [signer(world.alice), signer(bob)], revoked });
    expect(JSON.parse(stdout)).toMatchObject(expected("KEY_REVOKED"));
    expect(JSON.parse(stdout).changes[0].signatures[0].of).toMatch(/^commit [0-9a-f]{40}$/);
  });

  it("lists all that one key signed, whether it counts or not", async () => {
    const all = await audit({ signers: [signer(world.alice), signer(bob)] });
    expect(all.code).toBe(0);
    const shown = await runCli(["--output", "json", "audit", "show", log, "--index", "0"]);
    const [{ key }] = JSON.parse(shown.stdout).statement.predicate["https://sluice.dev/decision/v1"].signers;
    const { code, stdout } = await audit({ signers: [signer(world.alice), signer(bob)] }, "--key", key);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).changes.map(({ index }: { index: number }) => index)).toEqual([0, 4]);
    expect(JSON.parse(stdout).changes[0].signatures).toMatchObject([{ signer: "alice", state: "counts" }]);
  });

  it("says where the policy was changed", async () => {
    const { stdout } = await runCli(["audit", "show", log]);
    expect(stdout.match(/trust changed from sha256:\S+ to sha256:\S+/g)).toHaveLength(1);
    const shown = await runCli(["--output", "json", "audit", "show", log]);
    const changed = JSON.parse(shown.stdout).entries.flatMap(
      (each: { index: number; trustChanged?: object }) =>
        each.trustChanged === undefined ? [] : [each.index],
    );
    expect(changed).toEqual([2]);
  });

  it("says nothing about a log that is not what its key signed, or of another policy", async () => {
    const copy = join(world.folder, "copy");
    await cp(log, copy, { recursive: true });
    const path = join(copy, "checkpoint");
    await writeFile(path, (await readFile(path, "utf8")).replace(/\n6\n/, "\n5\n"));
    await world.configure({ trust: { signers: [signer(world.alice)] } });
    const policy = join(world.gateFolder, "1.json");
    const { code, stdout } = await runCli([
      "--output",
      "json",
      "trust",
      "audit",
      "--log",
      copy,
      "--trust",
      policy,
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).changes).toBeUndefined();
    const text = (await readFile(policy, "utf8")).replace('"name":"trust"', '"name":"renamed"');
    await writeFile(policy, text);
    const renamed = await runCli(["--output", "json", "trust", "audit", "--log", log, "--trust", policy]);
    expect(JSON.parse(renamed.stdout)).toMatchObject({ admissions: 0, others: 3, changes: [] });
  });
});
