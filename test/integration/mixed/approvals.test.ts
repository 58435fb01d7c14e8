import { describe, expect, it } from "vitest";
import type { AuthoritiesMaterial, SignerMaterial, TrustMaterial } from "../../../src/api/index.ts";
import { hashObject, type RawApproval, type RawCommit, type Snapshot } from "../../../src/git/index.ts";
import { compileTrust, verifySnapshot } from "../../../src/trust/index.ts";
import { trustMaterial } from "../commits/material.ts";
import { HOUR, rawCommit } from "../commits/objects.ts";
import { allWays, signedCommit, type Way } from "../commits/ways.ts";

const NOW = Math.ceil(Date.now() / 1000) * 1000 + HOUR;
const NOTES = "refs/notes/sluice-approvals";

const hers = await allWays(NOW);
const his = await allWays(NOW);
const authors = await allWays(NOW);

function wayOf(ways: typeof hers, name: string): Way {
  const way = ways.find(([each]) => each === name)?.[1];
  if (way === undefined) throw new TypeError(`nobody signs with ${name}`);
  return way;
}

const [bob, author] = [wayOf(his, "openpgp"), wayOf(authors, "ssh")];

/** All that vouches for Alice: each way has an authority of another kind. */
const authorities: AuthoritiesMaterial = {
  x509: hers.flatMap(([, way]) => way.authorities.x509),
  sshCertificates: hers.flatMap(([, way]) => way.authorities.sshCertificates),
  ...Object.assign(
    {},
    ...hers.map(
      ([
        ,
        {
          authorities: { sigstore },
        },
      ]) => sigstore && { sigstore },
    ),
  ),
};

const signers: readonly SignerMaterial[] = [
  { name: "alice", emails: [], roles: ["releaser"], keys: hers.map(([, way]) => way.key()) },
  { name: "bob", emails: [], roles: ["releaser"], keys: [bob.key()] },
  { name: "carol", emails: [], roles: ["developer"], keys: [author.key()] },
];

const FOUR_EYES: Partial<TrustMaterial> = {
  signers,
  authorities,
  commits: [
    { paths: ["**"], signedBy: { role: "developer" } },
    { paths: ["**"], approvedBy: { role: "releaser", count: 2, notAuthor: true, via: ["note"] } },
  ],
};

/** A note's tag object on a commit; over another one's bytes where somebody else's signature is put under it. */
async function approval(way: Way, { oid }: RawCommit, signedText?: string): Promise<RawApproval> {
  const tagger = `tagger A <a@bank.example> ${(NOW - HOUR) / 1000} +0000`;
  const text = `object ${oid}\ntype commit\ntag sluice-approval\n${tagger}\n\nApproved\n`;
  const signature = await way.sign(Buffer.from(signedText ?? text));
  const bytes = Buffer.from(`${text}${signature.trimEnd()}\n`);
  return { kind: "note", ref: NOTES, oid: hashObject("tag", bytes), commit: oid, bytes };
}

async function judge(commit: RawCommit, approvals: readonly RawApproval[]): Promise<readonly string[]> {
  const head = commit.oid;
  const snapshot: Snapshot = {
    url: "https://git.bank.example/config.git",
    ref: "refs/heads/main",
    head,
    tag: undefined,
    range: { head, base: undefined, descendsFromBase: true, commits: [commit] },
    changedPaths: ["prod/app.yaml"],
    files: new Map(),
    approvals,
    resets: [],
    pins: new Map(),
  };
  const { refusals } = await verifySnapshot(
    snapshot,
    await compileTrust(trustMaterial([], FOUR_EYES)),
    NOW + HOUR,
  );
  return refusals.map(({ code }) => code);
}

const change = async (): Promise<RawCommit> => rawCommit(await signedCommit(author), ["prod/app.yaml"]);

describe("four eyes, however they sign", () => {
  it.each(hers)("are two people: one with %s", async (_, way) => {
    const commit = await change();
    expect(await judge(commit, [await approval(way, commit), await approval(bob, commit)])).toEqual([]);
    expect(await judge(commit, [await approval(way, commit)])).toEqual(["APPROVAL_MISSING"]);
    const forged = await approval(way, commit, "something else\n");
    expect(await judge(commit, [forged, await approval(bob, commit)])).toEqual(["APPROVAL_MISSING"]);
  });

  it("are one person with five kinds of keys, once", async () => {
    const commit = await change();
    const all = await Promise.all(hers.map(([, way]) => approval(way, commit)));
    expect(all).toHaveLength(5);
    expect(await judge(commit, all)).toEqual(["APPROVAL_MISSING"]);
    expect(await judge(commit, [...all, await approval(bob, commit)])).toEqual([]);
  });
});
