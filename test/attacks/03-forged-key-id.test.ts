import { describe, expect, it } from "vitest";
import { signSsh } from "../../src/signatures/index.ts";
import { encodeSshSignature, parseSshSignature } from "../../src/signatures/ssh/sshsig.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { openpgpMaterial, sshMaterial } from "../integration/commits/material.ts";
import { addSignature, commitObject, ed25519 } from "../integration/commits/objects.ts";
import { openpgpKey, openpgpSign } from "../integration/commits/openpgp-keys.ts";
import { armor } from "../integration/commits/security-key.ts";

const commit = commitObject();

/** A signature that names a maintainer's key, made by somebody else or by nobody. */
describe("a key id is a claim", () => {
  it("in an OpenPGP signature, where it can be written in without breaking anything", async () => {
    const [alice, mallory] = [await openpgpKey(), await openpgpKey()];
    const keys = [openpgpMaterial(alice.publicKey)];
    const genuine = await openpgpSign(commit, alice.privateKey);
    const forged = claimIssuer(
      await openpgpSign(commit, mallory.privateKey),
      alice.publicKey.getFingerprint(),
    );

    expect(await judgeObject(addSignature(commit, genuine), { keys })).toBe("verified by alice");
    expect(await judgeObject(addSignature(commit, forged), { keys })).toBe("BAD_SIGNATURE");
    // The same bytes are Mallory's signature still, where Mallory is trusted: only the claim was added.
    const claimed = claimIssuer(genuine, alice.publicKey.getFingerprint());
    expect(await judgeObject(addSignature(commit, claimed), { keys })).toBe("verified by alice");
  });

  it("in an SSH signature, which carries the public key", async () => {
    const [alice, mallory] = [ed25519(), ed25519()];
    const keys = [sshMaterial(alice)];
    const [genuine, own] = [parse(signSsh(commit, alice)), parse(signSsh(commit, mallory))];
    const forged = armor(encodeSshSignature({ ...own, publicKey: genuine.publicKey }));

    expect(await judgeObject(addSignature(commit, signSsh(commit, alice)), { keys })).toBe(
      "verified by alice",
    );
    expect(await judgeObject(addSignature(commit, forged), { keys })).toBe("BAD_SIGNATURE");
  });

  it("and so is the committer's name", async () => {
    const impostor = addSignature(commit, signSsh(commit, ed25519()));
    expect(await judgeObject(impostor, { keys: [sshMaterial(ed25519())] })).toBe("UNKNOWN_KEY");
  });
});

function parse(armored: string) {
  const parsed = parseSshSignature(armored);
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value;
}

/** Puts an issuer into the unhashed area, which no signature covers: key id (16) and fingerprint (33). */
function claimIssuer(armored: string, fingerprint: string): string {
  const lines = armored.split("\n").filter((line) => /^[A-Za-z0-9+/]{3}/.test(line));
  const body = Buffer.from(lines.join(""), "base64").subarray(2);
  const hashedEnd = 6 + body.readUInt16BE(4);
  const unhashedEnd = hashedEnd + 2 + body.readUInt16BE(hashedEnd);
  const issuer = Buffer.from(fingerprint, "hex");
  const area = Buffer.concat([
    body.subarray(hashedEnd + 2, unhashedEnd),
    Buffer.of(9, 16),
    issuer.subarray(-8),
    Buffer.of(22, 33, 4),
    issuer,
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(area.length);
  const changed = Buffer.concat([body.subarray(0, hashedEnd), length, area, body.subarray(unhashedEnd)]);
  const packet = Buffer.concat([Buffer.of(0x88, changed.length), changed]);
  return `-----BEGIN PGP SIGNATURE-----\n\n${packet.toString("base64")}\n-----END PGP SIGNATURE-----`;
}
