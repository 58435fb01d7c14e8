import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import type { Committer } from "../../../src/demo/repository.ts";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { argsFor, runCli, shareCompiled } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { World } from "../../support/world.ts";
import { DAY, ed25519 } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Authority, signCertified } from "../ssh/authority.ts";
import { alternativeNames, authority, issue, pem, revocationList } from "../x509/builder/certificate.ts";
import { signCms } from "../x509/builder/cms.ts";

const TODAY = Date.now();
const SPAN = { from: TODAY - DAY, to: TODAY + DAY };
const ALICE = "alice@bank.example";
const SERIAL = 7;

/** A log with two admissions: by Alice's X.509 certificate, which an authority below the root made; by Bob's SSH certificate. */
describeWithTools(["ssh-keygen", "time"], "sluice trust audit, of certificates", () => {
  const root = authority(undefined, SPAN);
  const sub = authority(root, { name: "sub", ...SPAN });
  const alice = issue(sub, { extensions: [alternativeNames(["email", ALICE])], ...SPAN });
  const bobsKey = ed25519();
  let world: World;
  let sandbox: Sandbox;
  let fleet: Authority;

  beforeAll(async () => {
    [world, sandbox] = [await World.open(), new Sandbox()];
    await shareCompiled(world);
    fleet = new Authority(sandbox, "fleet");
    const certificate = fleet.certificate(bobsKey, { principals: ["bob"], serial: SERIAL, keyId: "bob's" });
    await world.configure({ trust: trust() });
    const certificates = [alice.certificate, sub.certificate];
    await admit("one", {
      name: "alice",
      email: ALICE,
      sign: (bytes) => signCms(bytes, alice, sub, { certificates, signingTime: TODAY }),
    });
    await admit("two", {
      name: "bob",
      email: "bob@bank.example",
      sign: (bytes) => signCertified(bobsKey, certificate, bytes),
    });
    return async () => {
      sandbox[Symbol.dispose]();
      await world[Symbol.asyncDispose]();
    };
  });

  async function admit(message: string, by: Committer): Promise<void> {
    await world.push({ message, by });
    expect((await runCli(["run", "--once", ...argsFor(world)])).code).toBe(0);
  }

  interface Revocations {
    readonly lists?: readonly Uint8Array[];
    readonly krl?: Buffer;
    /** What Bob's certificate has to say that he is. */
    readonly bob?: string;
  }

  function trust({ lists = [], krl, bob = "bob" }: Revocations = {}): object {
    const revocationLists = lists.map((list) => ({ pem: pem(list, "X509 CRL") }));
    return {
      signers: [
        { name: "alice", roles: ["developer"], keys: [{ x509: { authority: "bank-ca", email: ALICE } }] },
        {
          name: "bob",
          roles: ["developer"],
          keys: [{ sshCertificate: { authority: "fleet", principal: bob } }],
        },
      ],
      authorities: {
        x509: [{ name: "bank-ca", roots: { pem: pem(root.certificate) }, revocationLists }],
        sshCertificates: [{ name: "fleet", key: fleet.line }],
      },
      ...(krl && { revoked: { sshKeys: [{ base64: krl.toString("base64") }] } }),
    };
  }

  /** What `ssh-keygen -k` makes of a specification about the fleet's certificates. */
  function krl(specification: string): Promise<Buffer> {
    const [path, file] = [sandbox.path("krl"), sandbox.write("specification", `${specification}\n`)];
    sandbox.run("ssh-keygen", ["-q", "-k", "-f", path, "-s", fleet.publicFile, file]);
    return readFile(path);
  }

  /** The signatures that are listed, as `NAME CODE`. */
  async function audit(revocations: Revocations, ...args: readonly string[]): Promise<string[]> {
    await world.configure({ trust: trust(revocations) });
    const { admissions, changes } = await findings(...args);
    expect(admissions).toBe(2);
    return changes.flatMap(({ signatures }) =>
      signatures.map(({ signer, state, code }) => `${signer} ${code ?? state}`),
    );
  }

  /** By the policy that was configured last. */
  async function findings(...args: readonly string[]): Promise<Findings> {
    return JSON.parse(await print("--output", "json", ...args)) as Findings;
  }

  async function print(...args: readonly string[]): Promise<string> {
    const files = ["--log", join(world.state, "log"), "--trust", join(world.gateFolder, "1.json")];
    return (await runCli(["trust", "audit", ...files, ...args])).stdout;
  }

  interface Findings {
    readonly admissions: number;
    readonly leftOut: Readonly<Record<string, number>>;
    readonly changes: readonly {
      readonly signatures: readonly { signer: string; state: string; code: string | null }[];
    }[];
  }

  it("finds nothing while the certificates count", async () => {
    const other = issue(sub, SPAN);
    expect(await audit({})).toEqual([]);
    expect(
      await audit({ lists: [revocationList(sub, [other], SPAN), revocationList(root, [], SPAN)] }),
    ).toEqual([]);
    expect(await audit({ krl: await krl(`serial: ${SERIAL + 1}\nid: alice's`) })).toEqual([]);
  });

  it("finds what an X.509 certificate signed that is revoked, or the authority between", async () => {
    expect(await audit({ lists: [revocationList(sub, [alice], SPAN)] })).toEqual(["alice KEY_REVOKED"]);
    expect(await audit({ lists: [revocationList(root, [sub], SPAN)] })).toEqual(["alice KEY_REVOKED"]);
  });

  it("finds what an SSH certificate signed that is revoked by its serial number, its id or its key", async () => {
    const key = toSshKeyLine(bobsKey);
    for (const specification of [`serial: ${SERIAL}`, "id: bob's", `key: ${key}`])
      expect(await audit({ krl: await krl(specification) }), specification).toEqual(["bob KEY_REVOKED"]);
  });

  it("finds a certificate that stands for nobody any more", async () => {
    expect(await audit({ bob: "robert" })).toEqual(["bob UNKNOWN_KEY"]);
  });

  it("says that it does not know where the revocation list is out of date", async () => {
    const stale = revocationList(sub, [], { from: TODAY - 2 * DAY, to: TODAY - DAY });
    expect(await audit({ lists: [stale] })).toEqual(["alice unknown"]);
  });

  it("lists what lapsed for one reason, and what nobody can tell", async () => {
    const stale = revocationList(sub, [], { from: TODAY - 2 * DAY, to: TODAY - DAY });
    const revocations = { lists: [stale], krl: await krl(`serial: ${SERIAL}`) };
    expect(await audit(revocations, "--code", "KEY_REVOKED")).toEqual(["alice unknown", "bob KEY_REVOKED"]);
    expect(await audit(revocations, "--code", "KEY_EXPIRED")).toEqual(["alice unknown"]);
    const { code } = await runCli(["trust", "audit", "--log", "x", "--trust", "y", "--code", "KEY_REVOKD"]);
    expect(code).toBe(2);
  });

  it("says what it left out that lapsed for other reasons", async () => {
    expect(await audit({ krl: await krl(`serial: ${SERIAL}`) }, "--code", "KEY_EXPIRED")).toEqual([]);
    expect((await findings("--code", "KEY_EXPIRED")).leftOut).toEqual({ KEY_REVOKED: 1 });
    expect(await print("--code", "KEY_EXPIRED")).toContain("1 KEY_REVOKED");
    expect((await findings("--code", "KEY_REVOKED")).leftOut).toEqual({});
    expect(await print("--code", "KEY_REVOKED")).not.toContain("1 KEY_REVOKED");
  });
});
