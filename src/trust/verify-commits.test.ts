import { beforeAll, describe, expect, it } from "vitest";
import { openpgpMaterial, sshMaterial, trustMaterial } from "../../test/integration/commits/material.ts";
import {
  addSignature,
  commitObject,
  ed25519,
  NOW,
  rawCommit,
  sshSigned,
} from "../../test/integration/commits/objects.ts";
import { openpgpKey, openpgpSign } from "../../test/integration/commits/openpgp-keys.ts";
import type { RawCommit } from "../git/index.ts";
import { compileTrust } from "./compile.ts";
import type { Trust } from "./trust.ts";
import { verifyCommits } from "./verify-commits.ts";

const key = ed25519();
let trust: Trust;
let commits: readonly RawCommit[];

beforeAll(async () => {
  const { privateKey, publicKey } = await openpgpKey();
  trust = await compileTrust(trustMaterial([sshMaterial(key), openpgpMaterial(publicKey)]));
  commits = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const commit = commitObject({ message: `number ${index}` });
      if (index % 3 === 0) return rawCommit(commit);
      if (index % 3 === 1) return rawCommit(sshSigned(key, { message: `number ${index}` }));
      return rawCommit(addSignature(commit, await openpgpSign(commit, privateKey)));
    }),
  );
});

describe("commits as they come", () => {
  it("get one record each, in their order, whatever their scheme", async () => {
    const records = await Array.fromAsync(verifyCommits(commits, trust, NOW));
    expect(records.map(({ oid }) => oid)).toEqual(commits.map(({ oid }) => oid));
    const outcomes = new Set(records.map(({ scheme, code }) => `${scheme} ${code}`));
    expect(outcomes).toEqual(new Set(["null UNSIGNED", "openpgp null", "ssh null"]));
  });

  it("are not read far ahead of their records", async () => {
    let read = 0;
    let ahead = 0;
    async function* counted(): AsyncGenerator<RawCommit> {
      for (const commit of commits) {
        read += 1;
        yield commit;
      }
    }
    let seen = 0;
    for await (const _ of verifyCommits(counted(), trust, NOW)) {
      seen += 1;
      ahead = Math.max(ahead, read - seen);
    }
    expect(seen).toBe(60);
    expect(ahead).toBeLessThan(20);
  });

  it("end with the fault of whoever reads them", async () => {
    async function* broken(): AsyncGenerator<RawCommit> {
      yield* commits.slice(0, 3);
      throw new RangeError("the disk is gone");
    }
    await expect(Array.fromAsync(verifyCommits(broken(), trust, NOW))).rejects.toThrow(RangeError);
  });
});
