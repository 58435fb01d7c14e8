import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  type FetchRequest,
  fetchSnapshot,
  SharedFetches,
  type Snapshot,
} from "../../../src/git/index.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch } from "./support/git.ts";
import { type Relay, serveGit, serveThrough } from "./support/servers.ts";

const NOTES = "refs/notes/sluice-approvals";

async function setUp() {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const relay = await serveThrough(await serveGit(root));
  const stateDir = makeFolder();
  const fetch = async (request: Partial<FetchRequest> = {}): Promise<Snapshot> => {
    const judged = await fetchSnapshot({
      url: `${relay.url}/config.git`,
      ref: { branch: "main" },
      stateDir,
      withApprovals: true,
      ...request,
    });
    if (!judged.ok) throw new Error(judged.refusals[0].message);
    return judged.value;
  };
  return { path, relay, stateDir, fetch };
}

/** An annotated tag; nobody looks at its signature here. */
function tag(path: string, name: string, target: string): string {
  git(path, ["tag", "-a", "-f", "-m", "I looked at it", name, target]);
  return git(path, ["rev-parse", `refs/tags/${name}`]);
}

/** As `git notes append` does with the bytes of a tag object. */
function note(path: string, target: string, name = "sluice-approval"): void {
  const content = [
    `object ${target}`,
    "type commit",
    `tag ${name}`,
    "tagger Test <test@bank.example> 1700000000 +0000",
    "",
    "I looked at it",
    "-----BEGIN SSH SIGNATURE-----",
    "c3Nob3VsZA==",
    "-----END SSH SIGNATURE-----",
  ].join("\n");
  git(path, ["notes", "--ref", NOTES, "append", "-m", content, target]);
}

function found({ approvals }: Snapshot): string[] {
  return approvals.map(({ kind, ref, commit: oid }) => `${kind} ${ref} ${oid}`).toSorted();
}

function packs({ seen }: Relay): number {
  return seen.splice(0).filter(({ body }) => body.includes("want ")).length;
}

const LISTING = 2;

describe("a fetch with approvals", () => {
  it("brings a commit with its notes and tags in one request, and asks for nothing where nothing is new", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    const oid = tag(path, "v1", second);
    git(path, ["tag", "light", second]);
    note(path, second);
    const snapshot = await fetch({ base: first });
    expect(found(snapshot)).toEqual([`note ${NOTES} ${second}`, `tag refs/tags/v1 ${second}`]);
    expect(snapshot.approvals.find(({ kind }) => kind === "tag")?.oid).toBe(oid);
    expect(relay.seen).toHaveLength(LISTING + 1);
    relay.seen.splice(0);
    expect(found(await fetch({ base: first }))).toHaveLength(2);
    expect(relay.seen).toHaveLength(LISTING);
    relay.seen.splice(0);

    const third = commit(path, { parents: [second], files: { "app.yaml": "3" }, at: 3 });
    setBranch(path, "main", third);
    tag(path, "v2", third);
    note(path, third);
    expect(found(await fetch({ base: second }))).toEqual([
      `note ${NOTES} ${third}`,
      `tag refs/tags/v2 ${third}`,
    ]);
    expect(relay.seen).toHaveLength(LISTING + 1);
  });

  it("finds what came to a commit that was here already, in one request", async () => {
    const { path, relay, stateDir, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    expect(found(await fetch({ base: first }))).toEqual([]);
    expect(packs(relay)).toBe(1);
    note(path, second);
    tag(path, "v1", second);
    expect(found(await fetch({ base: first }))).toHaveLength(2);
    expect(packs(relay)).toBe(1);
    note(path, second, "another"); // the same twice would be one
    expect(found(await fetch({ base: first }))).toHaveLength(3);
    expect(packs(relay)).toBe(1);
    const state = join(stateDir, readdirSync(stateDir)[0] ?? "");
    expect(git(state, ["rev-parse", NOTES])).toBe(git(path, ["rev-parse", NOTES]));
    expect(git(state, ["fsck", "--full", "--no-dangling"])).toBe("");
  });

  it("forgets what the server has no more", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    note(path, second);
    tag(path, "v1", second);
    expect(found(await fetch({ base: first }))).toHaveLength(2);
    git(path, ["update-ref", "-d", NOTES]);
    git(path, ["tag", "-d", "v1"]);
    expect(found(await fetch({ base: first }))).toEqual([]);
  });

  it("leaves out what is not about the range, and fetches no other branch for it", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    const beside = commit(path, { parents: [first], files: { "beside.yaml": "1" }, at: 9 });
    setBranch(path, "beside", beside);
    for (const [name, target] of [
      ["old", first],
      ["beside", beside],
      ["mine", second],
    ] as const) {
      tag(path, name, target);
      note(path, target);
    }
    let received = 0;
    relay.tamper = (answer) => {
      received += answer.readUInt32BE(answer.indexOf("PACK") + 8);
      return answer;
    };
    expect(found(await fetch({ base: first }))).toEqual([
      `note ${NOTES} ${second}`,
      `tag refs/tags/mine ${second}`,
    ]);
    expect(git(path, ["rev-list", "--count", NOTES])).toBe("3");
    // Commits, trees and files: two of each; two tags; of the notes three commits, three trees, three files.
    expect(received).toBe(6 + 2 + 9);
    expect(packs(relay)).toBe(1);
  });

  it("asks a server that sends no tags of its own accord", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    await fetch({ base: first });
    relay.isOld = true; // lists all refs, with what tags lead to on lines of their own
    tag(path, "v1", second);
    expect(found(await fetch({ base: first }))).toEqual([`tag refs/tags/v1 ${second}`]);
  });

  it("reads none where nobody asked, or where the range is empty", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    note(path, second);
    tag(path, "v1", second);
    expect(found(await fetch({ base: first, withApprovals: false }))).toEqual([]);
    expect(relay.seen.every(({ body }) => !body.includes(NOTES))).toBe(true);
    expect(found(await fetch({ base: "tip" }))).toEqual([]);
    expect(found(await fetch({ base: first }))).toHaveLength(2);
  });

  it("is shared with those alone who asked for the same", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    note(path, second);
    const sharing = { fetches: new SharedFetches({ now: () => 1 }), since: 0 };
    const both = [false, true, false, true].map((withApprovals) =>
      fetch({ base: first, withApprovals, sharing }),
    );
    expect((await Promise.all(both)).map(({ approvals }) => approvals.length)).toEqual([0, 1, 0, 1]);
  });

  it("ends at a flood of tags that nobody sent with their commits", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    for (const name of ["a", "b", "c"]) tag(path, name, second);
    const limits = { ...DEFAULT_GIT_LIMITS, wantedTags: 2 };
    expect(found(await fetch({ base: first, limits }))).toHaveLength(3); // they came with the commit
    for (const name of ["d", "e"]) tag(path, name, second);
    expect(found(await fetch({ base: first, limits }))).toHaveLength(5);
    for (const name of ["f", "g", "h"]) tag(path, name, second);
    await expect(fetch({ base: first, limits })).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
    expect(found(await fetch({ base: first }))).toHaveLength(8);
  });
});
