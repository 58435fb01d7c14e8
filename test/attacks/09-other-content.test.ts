import { createCleartextMessage, createMessage, sign } from "openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import { judgeObject } from "../integration/commits/judge.ts";
import { openpgpMaterial } from "../integration/commits/material.ts";
import { addSignature, commitObject, NOW } from "../integration/commits/objects.ts";
import { type KeyPair, openpgpKey, openpgpSign } from "../integration/commits/openpgp-keys.ts";

const honest = commitObject({ message: "an honest change\n" });
const evil = commitObject({ message: "something else\n" });

/** A message that carries its own content, so that what is verified is not what is used. */
describe("a signature that brings what it signs", () => {
  let alice: KeyPair;

  beforeAll(async () => {
    alice = await openpgpKey();
  });

  async function judge(commit: Buffer, armored: string): Promise<string> {
    return judgeObject(addSignature(commit, armored), { keys: [openpgpMaterial(alice.publicKey)] });
  }

  function relabel(armored: string, from: string): string {
    return armored.replaceAll(from, "PGP SIGNATURE").replaceAll("\r", "");
  }

  async function signedMessage(): Promise<string> {
    const message = await createMessage({ binary: new Uint8Array(honest) });
    return (await sign({ message, signingKeys: alice.privateKey, date: new Date(NOW) })).replaceAll("\r", "");
  }

  it("is not one; a detached one is, over these bytes alone", async () => {
    const detached = await openpgpSign(honest, alice.privateKey);
    expect(await judge(honest, detached)).toBe("verified by alice");
    expect(await judge(evil, detached)).toBe("BAD_SIGNATURE");
  });

  it("as a signed message, whatever its armor says", async () => {
    const message = await signedMessage();
    for (const commit of [evil, honest]) {
      expect(await judge(commit, message)).toBe("UNSUPPORTED_SCHEME");
      expect(await judge(commit, relabel(message, "PGP MESSAGE"))).toBe("MALFORMED_SIGNATURE");
    }
  });

  it("as a cleartext message", async () => {
    const message = await createCleartextMessage({ text: honest.toString() });
    const armored = await sign({ message, signingKeys: alice.privateKey, date: new Date(NOW) });
    const detached = armored.slice(armored.indexOf("-----BEGIN PGP SIGNATURE-----"));
    expect(await judge(evil, armored.replaceAll("\r", ""))).toBe("UNSUPPORTED_SCHEME");
    expect(await judge(evil, detached.replaceAll("\r", ""))).toBe("BAD_SIGNATURE");
  });
});
