import { revokeKey } from "openpgp";
import { describe, expect, it } from "vitest";
import { compileTrust, verifyCommits } from "../../src/trust/index.ts";
import { judgeObject } from "../integration/commits/judge.ts";
import { openpgpMaterial, sshMaterial, trustMaterial } from "../integration/commits/material.ts";
import {
  addSignature,
  commitObject,
  DAY,
  ed25519,
  NOW,
  rawCommit,
  sshSigned,
} from "../integration/commits/objects.ts";
import { openpgpKey, openpgpSign } from "../integration/commits/openpgp-keys.ts";

/** A key that is no longer, or not yet, what it was when somebody last looked. */
describe("an SSH key outside its window", () => {
  const key = ed25519();
  const at = NOW - 10 * DAY;
  const bytes = sshSigned(key, { at });

  it.each([
    ["that is open", {}, "verified by alice"],
    ["that opened that second", { validAfter: at }, "verified by alice"],
    ["that opened later", { validAfter: at + 1000 }, "KEY_NOT_YET_VALID"],
    ["that had closed", { validBefore: at }, "KEY_EXPIRED"],
    ["that has closed since", { validBefore: NOW }, "KEY_EXPIRED"],
    ["that closes next", { validBefore: NOW + 1 }, "verified by alice"],
  ])("%s", async (_, window, expected) => {
    expect(await judgeObject(bytes, { keys: [sshMaterial(key, window)] })).toBe(expected);
  });
});

describe("an OpenPGP key that ended", () => {
  const commit = commitObject({ at: NOW - 10 * DAY });

  it("by expiring", async () => {
    const lifetime = { date: new Date(NOW - 20 * DAY), keyExpirationTime: (15 * DAY) / 1000 };
    const { privateKey, publicKey } = await openpgpKey(lifetime);
    const bytes = addSignature(commit, await openpgpSign(commit, privateKey, { at: NOW - 10 * DAY }));
    const keys = [openpgpMaterial(publicKey)];
    expect(await judgeObject(bytes, { keys, now: NOW - 6 * DAY })).toBe("verified by alice");
    expect(await judgeObject(bytes, { keys })).toBe("KEY_EXPIRED");
  });

  it("by being revoked", async () => {
    const { privateKey, publicKey } = await openpgpKey();
    const bytes = addSignature(commit, await openpgpSign(commit, privateKey, { at: NOW - 10 * DAY }));
    const revoked = await revokeKey({ key: privateKey, date: new Date(NOW), format: "object" });
    expect(await judgeObject(bytes, { keys: [openpgpMaterial(publicKey)] })).toBe("verified by alice");
    expect(await judgeObject(bytes, { keys: [openpgpMaterial(revoked.publicKey)] })).toBe("KEY_REVOKED");
  });
});

describe("a verdict is never remembered", () => {
  const [old, current] = [ed25519(), ed25519()];
  const raw = rawCommit(sshSigned(old));

  it("when a key is rotated out", async () => {
    const before = await compileTrust(trustMaterial([sshMaterial(old), sshMaterial(current)]));
    const after = await compileTrust(trustMaterial([sshMaterial(current)]));
    const codes = [];
    for (const trust of [before, after, before]) {
      for await (const { code } of verifyCommits([raw], trust, NOW)) codes.push(code);
    }
    expect(codes).toEqual([null, "UNKNOWN_KEY", null]);
  });

  it("when only time has passed", async () => {
    const trust = await compileTrust(trustMaterial([sshMaterial(old, { validBefore: NOW + DAY })]));
    const codes = [];
    for (const now of [NOW, NOW + DAY, NOW]) {
      for await (const { code } of verifyCommits([raw], trust, now)) codes.push(code);
    }
    expect(codes).toEqual([null, "KEY_EXPIRED", null]);
  });
});
