import { describe, expect, it } from "vitest";
import { judgeObject } from "../integration/commits/judge.ts";
import { openpgpMaterial, sshMaterial } from "../integration/commits/material.ts";
import { addSignature, commitObject, DAY, ed25519, NOW, sshSigned } from "../integration/commits/objects.ts";
import { openpgpKey, openpgpSign } from "../integration/commits/openpgp-keys.ts";

/**
 * A stolen key that has expired still signs, and whoever holds it writes any date. Nobody trusted has
 * confirmed a commit's date, so it can make a commit worse and never better.
 */
describe("a date that only the signer vouches for", () => {
  const closed = NOW - 5 * DAY;
  const backdated = { at: closed - 5 * DAY };

  it("does not bring an SSH key back to life", async () => {
    const key = ed25519();
    const keys = [sshMaterial(key, { validBefore: closed })];
    const bytes = sshSigned(key, backdated);
    expect(await judgeObject(bytes, { keys, now: closed - 1 })).toBe("verified by alice");
    expect(await judgeObject(bytes, { keys, now: closed })).toBe("KEY_EXPIRED");
    expect(await judgeObject(bytes, { keys })).toBe("KEY_EXPIRED");
  });

  it("does not bring an OpenPGP key back to life", async () => {
    const made = closed - 20 * DAY;
    const lifetime = { date: new Date(made), keyExpirationTime: (closed - made) / 1000 };
    const { privateKey, publicKey } = await openpgpKey(lifetime);
    const commit = commitObject(backdated);
    const bytes = addSignature(commit, await openpgpSign(commit, privateKey, backdated));
    const keys = [openpgpMaterial(publicKey)];
    expect(await judgeObject(bytes, { keys, now: closed - 1 })).toBe("verified by alice");
    expect(await judgeObject(bytes, { keys, now: closed })).toBe("KEY_EXPIRED");
  });

  it("does not open a window that is not open yet", async () => {
    const key = ed25519();
    const keys = [sshMaterial(key, { validAfter: NOW + 900 * DAY })];
    expect(await judgeObject(sshSigned(key, { at: NOW + 901 * DAY }), { keys })).toBe("KEY_NOT_YET_VALID");
  });

  it("is refused when it lies in the future", async () => {
    const key = ed25519();
    const keys = [sshMaterial(key)];
    expect(await judgeObject(sshSigned(key, { at: NOW }), { keys })).toBe("verified by alice");
    expect(await judgeObject(sshSigned(key, { at: NOW + 900 * DAY }), { keys })).toBe("COMMIT_IN_FUTURE");
  });
});
