import { beforeAll, describe, expect, it } from "vitest";
import {
  bobTheReleaser,
  openpgpMaterial,
  sshMaterial,
  trustMaterial,
} from "../../test/integration/commits/material.ts";
import {
  addSignature,
  commitObject,
  DAY,
  ed25519,
  HOUR,
  NOW,
  rawCommit,
  sshSigned,
} from "../../test/integration/commits/objects.ts";
import { openpgpKey, openpgpSign } from "../../test/integration/commits/openpgp-keys.ts";
import type { KeyMaterial, TrustMaterial } from "../api/index.ts";
import { compileTrust } from "./compile.ts";
import { judgeCommit } from "./judge-commit.ts";
import type { Trust } from "./trust.ts";

const key = ed25519();
let trust: Trust;

beforeAll(async () => {
  trust = await compileTrust(trustMaterial([sshMaterial(key)]));
});

async function judge(bytes: Buffer, by: Trust = trust, now = NOW): Promise<string> {
  return (await judgeCommit(rawCommit(bytes), by, now)).code ?? "verified";
}

describe("a record", () => {
  it("of a verified commit says who, with which key, in which roles", async () => {
    const raw = rawCommit(sshSigned(key, { message: "\n raise limits\x1b[31m\n\nbody" }));
    expect(await judgeCommit(raw, trust, NOW)).toMatchObject({
      oid: raw.oid,
      verdict: "verified",
      scheme: "ssh",
      signer: "alice",
      roles: ["developer"],
      key: expect.stringMatching(/^SHA256:/),
      code: null,
      message: "",
      committer: { email: "alice@bank.example" },
      summary: "raise limits\\u001b[31m",
    });
  });

  it("names no signer where nothing is proven, and the key that is claimed", async () => {
    const stranger = await judgeCommit(rawCommit(sshSigned(ed25519())), trust, NOW);
    expect(stranger).toMatchObject({
      verdict: "refused",
      code: "UNKNOWN_KEY",
      scheme: "ssh",
      signer: null,
      roles: [],
      key: expect.stringMatching(/^SHA256:/),
    });
    expect(await judgeCommit(rawCommit(commitObject()), trust, NOW)).toMatchObject({
      verdict: "refused",
      code: "UNSIGNED",
      scheme: null,
      key: null,
    });
  });

  it("of a malformed commit has its oid and nothing that it claims", async () => {
    const raw = rawCommit(Buffer.from("tree x\n\n"));
    expect(await judgeCommit(raw, trust, NOW)).toMatchObject({
      oid: raw.oid,
      verdict: "refused",
      code: "MALFORMED_COMMIT",
      author: null,
      committer: null,
      summary: "",
    });
  });
});

describe("a key's window is open when the commit was made, and now", () => {
  const window = { validAfter: NOW - 10 * DAY, validBefore: NOW };
  let bounded: Trust;

  beforeAll(async () => {
    bounded = await compileTrust(trustMaterial([sshMaterial(key, window)]));
  });

  it.each([
    ["in its first second", window.validAfter, NOW - 1, "verified"],
    ["a second before", window.validAfter - 1000, NOW - 1, "KEY_NOT_YET_VALID"],
    ["judged before it opens", window.validAfter, window.validAfter - 1, "KEY_NOT_YET_VALID"],
    ["judged when it has closed", window.validAfter, NOW, "KEY_EXPIRED"],
    ["made when it had closed, judged before", NOW, NOW - 1, "KEY_EXPIRED"],
  ])("%s", async (_, at, now, expected) => {
    expect(await judge(sshSigned(key, { at }), bounded, now)).toBe(expected);
  });

  it("for OpenPGP also when the signature says it was made", async () => {
    const { privateKey, publicKey } = await openpgpKey();
    const limited = await compileTrust(
      trustMaterial([openpgpMaterial(publicKey, { validAfter: NOW - DAY })]),
    );
    const commit = commitObject();
    const signedAt = async (at: number) =>
      addSignature(commit, await openpgpSign(commit, privateKey, { at }));
    expect(await judge(await signedAt(NOW - DAY), limited)).toBe("verified");
    expect(await judge(await signedAt(NOW - DAY - 1000), limited)).toBe("KEY_NOT_YET_VALID");
  });
});

it("a commit from the future is refused, but for a clock that is a day ahead", async () => {
  expect(await judge(sshSigned(key, { at: NOW + DAY }))).toBe("verified");
  expect(await judge(sshSigned(key, { at: NOW + DAY + 1000 }))).toBe("COMMIT_IN_FUTURE");
});

describe("rules", () => {
  const layeredMaterial = (keys: readonly KeyMaterial[]): TrustMaterial =>
    trustMaterial(keys, {
      signers: [{ name: "alice", roles: ["developer"], keys }, bobTheReleaser()],
      commits: [
        { paths: ["**"], signedBy: { role: "developer" } },
        { paths: ["prod/**"], signedBy: { role: "releaser" } },
      ],
    });
  const bytes = sshSigned(key, { at: NOW - HOUR });

  async function judgePaths(keys: readonly KeyMaterial[], paths: readonly string[]): Promise<string> {
    const record = await judgeCommit(rawCommit(bytes, paths), await compileTrust(layeredMaterial(keys)), NOW);
    return record.code ?? "verified";
  }

  it("are asked about the paths that a commit changes", async () => {
    const keys = [sshMaterial(key)];
    expect(await judgePaths(keys, ["docs/a"])).toBe("verified");
    expect(await judgePaths(keys, ["docs/a", "prod/b"])).toBe("ROLE_MISSING");
  });

  it("never pass for want of paths: not to read them is a mistake of the caller", async () => {
    const strict = await compileTrust(layeredMaterial([sshMaterial(key)]));
    await expect(judgeCommit(rawCommit(bytes), strict, NOW)).rejects.toThrow(TypeError);
    expect(await judge(bytes)).toBe("verified");
  });

  it("of a signer who is proven are named in the record", async () => {
    const strict = await compileTrust(layeredMaterial([sshMaterial(key)]));
    const record = await judgeCommit(rawCommit(bytes, ["prod/b"]), strict, NOW);
    expect(record).toMatchObject({
      verdict: "refused",
      signer: "alice",
      roles: ["developer"],
      code: "ROLE_MISSING",
    });
  });
});
