import { beforeAll, describe, expect, it } from "vitest";
import { bobTheReleaser, sshMaterial, trustMaterial } from "../../test/integration/commits/material.ts";
import {
  commitObject,
  ed25519,
  NOW,
  PARENT,
  rawCommit,
  sshSigned,
} from "../../test/integration/commits/objects.ts";
import type { CommitRange, RawCommit, Snapshot } from "../git/index.ts";
import { compileTrust } from "./compile.ts";
import type { Trust } from "./trust.ts";
import { verifySnapshot } from "./verify-snapshot.ts";

const key = ed25519();
let trust: Trust;

beforeAll(async () => {
  trust = await compileTrust(trustMaterial([sshMaterial(key)]));
});

function snapshotOf(commits: readonly RawCommit[], range: Partial<CommitRange> = {}): Snapshot {
  const head = commits[0]?.oid ?? PARENT;
  return {
    url: "https://git.bank.example/payments.git",
    ref: "refs/heads/main",
    head,
    range: { head, base: PARENT, descendsFromBase: true, commits, ...range },
    changedPaths: [],
    files: new Map(),
    tag: undefined,
    approvals: [],
    pins: new Map(),
    resets: [],
  };
}

/** Signed commits on top of PARENT, newest first; the one at `replace.at` is left unsigned. */
function chain(length: number, replace: { at?: number } = {}): RawCommit[] {
  const commits: RawCommit[] = [];
  for (let index = 0; index < length; index += 1) {
    const parts = { parents: [commits.at(-1)?.oid ?? PARENT], message: `change ${index}` };
    commits.push(rawCommit(index === replace.at ? commitObject(parts) : sshSigned(key, parts)));
  }
  return commits.reverse();
}

describe("a snapshot is verified when every commit of its range is", () => {
  it("and comes back as what it was", async () => {
    const snapshot = snapshotOf(chain(40));
    const verdict = await verifySnapshot(snapshot, trust, NOW);
    expect(verdict.refusals).toEqual([]);
    expect(verdict.verified).toBe(snapshot);
    expect(verdict.records.map(({ oid }) => oid)).toEqual(snapshot.range.commits.map(({ oid }) => oid));
  });

  it.each([0, 1, 20, 39])("and not when number %i is unsigned", async (at) => {
    const verdict = await verifySnapshot(snapshotOf(chain(40, { at })), trust, NOW);
    expect(verdict.refusals.map(({ code }) => code)).toEqual(["UNSIGNED"]);
    expect(verdict.verified).toBeUndefined();
    expect(verdict.records.filter((record) => record.verdict === "verified")).toHaveLength(39);
  });
});

describe("history", () => {
  const commits = chain(2);

  it("goes on from what was let in last", async () => {
    const rewritten = await verifySnapshot(snapshotOf(commits, { descendsFromBase: false }), trust, NOW);
    expect(rewritten.refusals.map(({ code }) => code)).toEqual(["HISTORY_REWRITTEN"]);
    expect(rewritten.verified).toBeUndefined();
    const onward = snapshotOf(commits);
    expect((await verifySnapshot(onward, trust, NOW)).verified).toBe(onward);
  });

  it("may be rewritten where the policy says so", async () => {
    const loose = await compileTrust(
      trustMaterial([sshMaterial(key)], { history: { start: "root", fastForwardOnly: false } }),
    );
    const rewritten = snapshotOf(commits, { descendsFromBase: false });
    const verdict = await verifySnapshot(rewritten, loose, NOW);
    expect(verdict.refusals).toEqual([]);
    expect(verdict.verified).toBe(rewritten);
  });

  it.each([
    ["whatever else", true],
    ["even where history may be rewritten", false],
  ])("is refused where the branch goes back to what was let in before, %s", async (_, fastForwardOnly) => {
    const policy = await compileTrust(
      trustMaterial([sshMaterial(key)], { history: { start: "root", fastForwardOnly } }),
    );
    const rewound = snapshotOf([], { base: "b".repeat(40), descendsFromBase: false });
    const verdict = await verifySnapshot(rewound, policy, NOW);
    expect(verdict.refusals.map(({ code }) => code)).toEqual(["HISTORY_REWRITTEN"]);
    expect(verdict.verified).toBeUndefined();
  });

  describe("rewritten by a fork from an old commit, asks the head's signer for all that it takes back", () => {
    const forked = commits.map((commit) => ({ ...commit, changedPaths: ["dev/app.yaml"] }));

    async function judge(changedPaths: readonly string[], descendsFromBase: boolean, role = "developer") {
      const policy = await compileTrust(
        trustMaterial([sshMaterial(key)], {
          signers: [{ name: "alice", roles: ["developer"], keys: [sshMaterial(key)] }, bobTheReleaser()],
          history: { start: "root", fastForwardOnly: false },
          commits: [
            { paths: ["dev/**"], signedBy: { role: "developer" } },
            { paths: ["prod/**"], signedBy: { role } },
          ],
        }),
      );
      const snapshot = { ...snapshotOf(forked, { descendsFromBase }), changedPaths };
      const { refusals, verified } = await verifySnapshot(snapshot, policy, NOW);
      return {
        refusals: refusals.map(({ code, subject }) => [code, subject]),
        isVerified: verified !== undefined,
      };
    }
    const taken = ["dev/app.yaml", "prod/app.yaml"];
    const head = `commit ${commits[0]?.oid}`;

    it("and lets through what they may change", async () => {
      expect(await judge(taken, false)).toEqual({ refusals: [], isVerified: true });
      expect(await judge(["dev/app.yaml"], false, "releaser")).toEqual({ refusals: [], isVerified: true });
    });

    it("and refuses what they may not, or what nobody may", async () => {
      expect(await judge(taken, false, "releaser")).toEqual({
        refusals: [["ROLE_MISSING", head]],
        isVerified: false,
      });
      expect(await judge(["other.yaml"], false)).toEqual({
        refusals: [["PATH_NOT_COVERED", head]],
        isVerified: false,
      });
    });

    it("and not where the head descends from the base: every commit was asked for its own", async () => {
      expect(await judge(taken, true, "releaser")).toEqual({ refusals: [], isVerified: true });
    });
  });

  it("may stand still", async () => {
    const still = snapshotOf([]);
    const verdict = await verifySnapshot(still, trust, NOW);
    expect(verdict.refusals).toEqual([]);
    expect(verdict.verified).toBe(still);
  });
});

describe("a range that is not whole is no answer", () => {
  const commits = chain(3);

  it.each([
    ["without its head", snapshotOf(commits, { commits: commits.slice(1) })],
    ["with another head", snapshotOf(commits, { head: PARENT })],
    ["without anything", snapshotOf([], { base: undefined })],
  ])("%s", async (_, snapshot) => {
    await expect(verifySnapshot(snapshot, trust, NOW)).rejects.toMatchObject({ code: "INCOMPLETE_RANGE" });
  });
});
