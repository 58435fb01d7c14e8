import { expect, it } from "vitest";
import { type CommitRange, fetchSnapshot } from "../../src/git/index.ts";
import {
  commit,
  commitLine,
  git,
  makeBareRepository,
  makeFolder,
  setBranch,
} from "../integration/git/support/git.ts";
import { serveGit } from "../integration/git/support/servers.ts";

/** The range is what tells: a head that does not descend from the last admitted commit is marked so. */
async function setUp(): Promise<{
  path: string;
  range: (head: string, base: string) => Promise<CommitRange>;
}> {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const request = {
    url: `${await serveGit(root)}/config.git`,
    ref: { branch: "main" },
    stateDir: makeFolder(),
  };
  const range = async (head: string, base: string): Promise<CommitRange> => {
    setBranch(path, "main", head);
    const judged = await fetchSnapshot({ ...request, base });
    if (!judged.ok) throw new Error(judged.refusals[0].message);
    return judged.value.range;
  };
  return { path, range };
}

it("attack 7: a branch rewound to an older commit does not descend from the admitted one", async () => {
  const { path, range } = await setUp();
  const [oldest = "", older = "", admitted = ""] = commitLine(path, 3);
  await range(admitted, older);
  expect(await range(older, admitted)).toMatchObject({ descendsFromBase: false, commits: [] });
  expect(await range(oldest, admitted)).toMatchObject({ descendsFromBase: false, commits: [] });
});

it("attack 7: a branch rewritten beside the admitted commit does not descend from it", async () => {
  const { path, range } = await setUp();
  const [fork = "", admitted = ""] = commitLine(path, 2);
  await range(admitted, fork);
  const beside = commit(path, { parents: [fork], message: "beside", at: 1_000_000 });
  expect(await range(beside, admitted)).toMatchObject({
    descendsFromBase: false,
    commits: [{ oid: beside }],
  });
});

it("attack 7: neither does one whose server has forgotten the admitted commit, and so has the gate", async () => {
  const { path, range } = await setUp();
  const [fork = "", admitted = ""] = commitLine(path, 2);
  const beside = commit(path, { parents: [fork], message: "beside", at: 9 });
  setBranch(path, "main", beside);
  git(path, ["-c", "gc.pruneExpire=now", "gc", "--quiet"]);
  const found = await range(beside, admitted);
  expect(found.descendsFromBase).toBe(false);
  // Not even the fork is known to have been admitted.
  expect(found.commits.map(({ oid }) => oid)).toEqual([beside, fork]);
});

it("twin: a head on top of the admitted commit descends from it, and so does the commit itself", async () => {
  const { path, range } = await setUp();
  const [admitted = "", , head = ""] = commitLine(path, 3);
  expect(await range(head, admitted)).toMatchObject({ descendsFromBase: true, commits: [{}, {}] });
  expect(await range(head, head)).toMatchObject({ descendsFromBase: true, commits: [] });
  const merge = commit(path, { parents: [commit(path, { message: "other root" }), head], at: 9 });
  expect(await range(merge, admitted)).toMatchObject({ descendsFromBase: true, commits: [{}, {}, {}, {}] });
});
