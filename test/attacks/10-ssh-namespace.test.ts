import { generateKeyPairSync, sign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signSsh } from "../../src/signatures/index.ts";
import {
  encodeSshSignature,
  parseSshSignature,
  type SshSignature,
  signedData,
} from "../../src/signatures/ssh/sshsig.ts";
import { wireString } from "../../src/signatures/ssh/wire.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { sshMaterial } from "../integration/commits/material.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { armor } from "../integration/commits/security-key.ts";

const commit = commitObject();

function parts(armored: string): SshSignature {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

/** A maintainer signs a file; its content turns out to be a commit. */
describe("a signature for another purpose", () => {
  const key = ed25519();
  const keys = [sshMaterial(key)];

  it.each([
    ["git", "verified by alice"],
    ["file", "WRONG_NAMESPACE"],
    ["email", "WRONG_NAMESPACE"],
    ["git@bank.example", "WRONG_NAMESPACE"],
    ["", "WRONG_NAMESPACE"],
  ])("%j", async (namespace, expected) => {
    expect(await judgeObject(addSignature(commit, signSsh(commit, key, namespace)), { keys })).toBe(expected);
  });

  it("is not one for git because it says so", async () => {
    const relabelled = { ...parts(signSsh(commit, key, "file")), namespace: "git" };
    expect(await judgeObject(addSignature(commit, armor(encodeSshSignature(relabelled))), { keys })).toBe(
      "BAD_SIGNATURE",
    );
  });
});

describe("a signature over a broken hash", () => {
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const keys = [sshMaterial(key)];
  const data = signedData("git", "sha512", commit);

  it.each([
    ["rsa-sha2-512", "sha512", "verified by alice"],
    ["rsa-sha2-256", "sha256", "verified by alice"],
    ["ssh-rsa", "sha1", "WEAK_ALGORITHM"],
    ["rsa-sha2-256", "sha1", "BAD_SIGNATURE"],
  ])("%s over %s", async (signatureType, hash, expected) => {
    const signature = wireString(sign(hash, data, key));
    const blob = encodeSshSignature({ ...parts(signSsh(commit, key)), signatureType, signature });
    expect(await judgeObject(addSignature(commit, armor(blob)), { keys })).toBe(expected);
  });

  it("of the message itself", async () => {
    const blob = encodeSshSignature({ ...parts(signSsh(commit, key)), hashAlgorithm: "sha1" });
    expect(await judgeObject(addSignature(commit, armor(blob)), { keys })).toBe("UNSUPPORTED_ALGORITHM");
  });
});
