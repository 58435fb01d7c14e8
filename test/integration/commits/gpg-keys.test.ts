import { readKey } from "openpgp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildOpenpgpKeyring, readKeyFile, verifySignature } from "../../../src/signatures/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Gpg } from "./gpg.ts";
import { NO_KEYS } from "./openpgp-keys.ts";
import { Sandbox } from "./sandbox.ts";

const MESSAGE = Buffer.from("tree 4b825dc\n\nmessage\n");

describeWithTools(["git", "gpg"], "keys as gpg exports them", () => {
  let sandbox: Sandbox;
  let gpg: Gpg;

  beforeAll(() => {
    sandbox = new Sandbox();
    gpg = new Gpg(sandbox);
    gpg.makeKey("alice", "ed25519", "cert");
    gpg.addSubkey("alice", "ed25519");
    gpg.makeKey("bob", "rsa2048", "sign");
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function sign(name: string): string {
    const args = ["--batch", "--armor", "--local-user", gpg.fingerprint(name), "--detach-sign"];
    return gpg.run(args, { input: MESSAGE.toString() }).toString();
  }

  async function judge(armored: string, keyFile: Uint8Array): Promise<string> {
    const { certificates } = await readKeyFile(keyFile);
    const keyring = { ...NO_KEYS, openpgp: buildOpenpgpKeyring(certificates) };
    const verdict = await verifySignature(MESSAGE, armored, keyring, {
      now: Date.now(),
      claimed: Date.now(),
    });
    return verdict.ok ? "good" : verdict.code;
  }

  describe("one file of many keys", () => {
    it.each([
      ["binary", () => gpg.export("alice", "bob")],
      ["armored", () => gpg.run(["--armor", "--export"])],
      ["armored one by one", () => Buffer.concat([armor("alice"), armor("bob")])],
    ])("%s", async (_, make) => {
      expect(await judge(sign("alice"), make())).toBe("good");
      expect(await judge(sign("bob"), make())).toBe("good");
    });

    it("says nothing for a key that is not in it", async () => {
      expect(await judge(sign("bob"), gpg.export("alice"))).toBe("UNKNOWN_KEY");
    });

    function armor(name: string): Buffer {
      return gpg.run(["--armor", "--export", gpg.fingerprint(name)]);
    }
  });

  it("a signing subkey counts only with its own word that it belongs to the primary key", async () => {
    const armored = sign("alice");
    const key = await readKey({ binaryKey: gpg.export("alice") });
    expect(await judge(armored, key.write())).toBe("good");
    // gpg keeps that word where the binding signature does not cover it, so it can be taken away.
    for (const binding of key.subkeys.flatMap((subkey) => subkey.bindingSignatures)) {
      binding.unhashedSubpackets = [];
    }
    expect(await judge(armored, key.write())).toBe("KEY_NOT_FOR_SIGNING");
  });

  it("is refused whole with a secret key in it", async () => {
    const { certificates, problem } = await readKeyFile(gpg.run(["--export-secret-keys"]));
    expect(certificates).toEqual([]);
    expect(problem).toBe("PRIVATE_KEY");
  });
});
