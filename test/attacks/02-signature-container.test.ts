import { beforeAll, describe, expect, it } from "vitest";
import { signSsh } from "../../src/signatures/index.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { openpgpMaterial, sshMaterial } from "../integration/commits/material.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { type KeyPair, openpgpKey, openpgpSign } from "../integration/commits/openpgp-keys.ts";
import { armor } from "../integration/commits/security-key.ts";

const commit = commitObject();

/** A container that holds several signatures, or none, and a verifier that picks one. */
describe("an OpenPGP container", () => {
  let alice: KeyPair;
  let genuine: Buffer;
  let forged: Buffer;

  beforeAll(async () => {
    alice = await openpgpKey();
    genuine = packetsIn(await openpgpSign(commit, alice.privateKey));
    forged = packetsIn(await openpgpSign(commit, (await openpgpKey()).privateKey));
  });

  function packetsIn(armored: string): Buffer {
    const lines = armored.split("\n").filter((line) => /^[A-Za-z0-9+/]{3}/.test(line));
    return Buffer.from(lines.join(""), "base64");
  }

  async function judge(packets: Buffer): Promise<string> {
    const block = `-----BEGIN PGP SIGNATURE-----\n\n${packets.toString("base64")}\n-----END PGP SIGNATURE-----`;
    return judgeObject(addSignature(commit, block), { keys: [openpgpMaterial(alice.publicKey)] });
  }

  it("with one signature is read", async () => {
    expect(await judge(genuine)).toBe("verified by alice");
    expect(await judge(forged)).toBe("UNKNOWN_KEY");
  });

  it("with any other number is refused, even where one of them is genuine", async () => {
    expect(await judge(Buffer.alloc(0))).toBe("MALFORMED_SIGNATURE");
    expect(await judge(Buffer.concat([genuine, genuine]))).toBe("MALFORMED_SIGNATURE");
    expect(await judge(Buffer.concat([forged, genuine]))).toBe("MALFORMED_SIGNATURE");
    expect(await judge(Buffer.concat([genuine, forged]))).toBe("MALFORMED_SIGNATURE");
  });

  it("does not bring its own keys", async () => {
    const { publicKey, privateKey } = await openpgpKey();
    const own = packetsIn(await openpgpSign(commit, privateKey));
    expect(await judge(Buffer.concat([own, publicKey.write()]))).toBe("MALFORMED_SIGNATURE");
  });
});

describe("an SSH container", () => {
  const key = ed25519();
  const keys = [sshMaterial(key)];
  const genuine = signSsh(commit, key);

  it.each([
    ["one signature", genuine, "verified by alice"],
    ["nothing", armor(Buffer.alloc(0)), "MALFORMED_SIGNATURE"],
    ["two signatures", genuine + genuine, "MALFORMED_SIGNATURE"],
    ["a stranger's first", signSsh(commit, ed25519()) + genuine, "MALFORMED_SIGNATURE"],
    ["a stranger's last", genuine + signSsh(commit, ed25519()), "MALFORMED_SIGNATURE"],
  ])("with %s", async (_, armored, expected) => {
    expect(await judgeObject(addSignature(commit, armored), { keys })).toBe(expected);
  });
});
