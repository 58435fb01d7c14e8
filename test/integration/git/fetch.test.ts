import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  cloneTemporarily,
  type FetchRequest,
  fetchSnapshot,
  type Snapshot,
  streamRange,
} from "../../../src/git/index.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch } from "./support/git.ts";
import { type Relay, serveGit, serveThrough } from "./support/servers.ts";

interface Setting {
  readonly path: string;
  readonly relay: Relay;
  readonly stateDir: string;
  readonly fetch: (request?: Partial<FetchRequest>) => Promise<Snapshot>;
}

async function setUp(): Promise<Setting> {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const relay = await serveThrough(await serveGit(root));
  const stateDir = makeFolder();
  const fetch = async (request: Partial<FetchRequest> = {}): Promise<Snapshot> => {
    const judged = await fetchSnapshot({
      url: `${relay.url}/config.git`,
      ref: { branch: "main" },
      stateDir,
      ...request,
    });
    if (!judged.ok) throw new Error(judged.refusals[0].message);
    return judged.value;
  };
  return { path, relay, stateDir, fetch };
}

function oids({ range }: Snapshot): string[] {
  return range.commits.map(({ oid }) => oid);
}

/** What went over the network since the last call. */
function requests({ seen }: Relay): string[] {
  return seen.splice(0).map(({ method, path, body }) => {
    const asked = body.includes("want ") ? " pack" : body.includes("command=ls-refs") ? " refs" : "";
    return `${method} ${path.replace("/config.git", "")}${asked}`;
  });
}

const DISCOVERY = ["GET /info/refs?service=git-upload-pack", "POST /git-upload-pack refs"];
const PACK = "POST /git-upload-pack pack";

describe("a fetch", () => {
  it("brings the commit, its range, its files and what changed", async () => {
    const { path, fetch } = await setUp();
    const first = commit(path, { files: { "prod/app.yaml": "a: 1\n", "docs/readme": "x" } });
    const second = commit(path, {
      parents: [first],
      files: { "prod/app.yaml": "a: 2\n", "docs/readme": "x" },
      at: 1,
    });
    setBranch(path, "main", second);
    const snapshot = await fetch({ base: first, withChangedPaths: true });
    expect(snapshot).toMatchObject({ ref: "refs/heads/main", head: second, changedPaths: ["prod/app.yaml"] });
    expect(snapshot.range).toMatchObject({ head: second, base: first, descendsFromBase: true });
    expect(snapshot.range.commits).toMatchObject([{ oid: second, changedPaths: ["prod/app.yaml"] }]);
    expect([...snapshot.files.keys()]).toEqual(["docs/readme", "prod/app.yaml"]);
    expect(Buffer.from(snapshot.files.get("prod/app.yaml") ?? []).toString()).toBe("a: 2\n");
    const whole = await fetch();
    expect(oids(whole)).toEqual([second, first]);
    expect(whole.changedPaths).toEqual(["docs/readme", "prod/app.yaml"]);
  });

  it("asks for a pack only where something is new, and then only for that", async () => {
    const { path, relay, stateDir, fetch } = await setUp();
    const line = commitLine(path, 5);
    await fetch();
    expect(requests(relay)).toEqual([...DISCOVERY, PACK]);
    await fetch();
    expect(requests(relay)).toEqual(DISCOVERY);
    const [next = ""] = commitLine(path, 1, line.at(-1));
    const received: number[] = [];
    relay.tamper = (answer) => {
      received.push(answer.readUInt32BE(answer.indexOf("PACK") + 8));
      return answer;
    };
    expect(oids(await fetch({ base: line.at(-1) }))).toEqual([next]);
    expect(requests(relay)).toEqual([...DISCOVERY, PACK]);
    // One commit, its tree, its file.
    expect(received).toEqual([3]);
    expect(readdirSync(stateDir)).toHaveLength(1);
  });

  it("leaves a repository that git itself finds whole", async () => {
    const { path, stateDir, fetch } = await setUp();
    const line = commitLine(path, 30);
    git(path, ["repack", "-adfq"]);
    await fetch();
    commitLine(path, 3, line.at(-1));
    const { head } = await fetch();
    const state = join(stateDir, readdirSync(stateDir)[0] ?? "");
    expect(git(state, ["fsck", "--full", "--strict", "--no-dangling"])).toBe("");
    expect(git(state, ["rev-parse", "refs/heads/main"])).toBe(head);
    const packs = readdirSync(join(state, "objects/pack")).filter((name) => name.endsWith(".idx"));
    expect(packs).toHaveLength(2);
    for (const name of packs) git(state, ["verify-pack", join("objects/pack", name)]);
    expect(readdirSync(join(state, "incoming"))).toEqual([]);
  });

  it("takes the branch by its whole name", async () => {
    const { path, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    setBranch(path, "main-2", first);
    setBranch(path, "release/main", first);
    git(path, ["tag", "main", first]);
    expect((await fetch()).head).toBe(second);
    expect((await fetch({ ref: { branch: "main-2" } })).head).toBe(first);
    for (const branch of ["mai", "heads/main", "MAIN"]) {
      await expect(fetch({ ref: { branch } })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
    }
    for (const branch of ["../main", "main\n", ""]) {
      await expect(fetch({ ref: { branch } })).rejects.toMatchObject({ code: "BAD_REF_NAME" });
    }
  });

  it("keeps what a rewritten branch no longer has, and says that it does not descend from it", async () => {
    const { path, relay, fetch } = await setUp();
    const [fork = "", old = ""] = commitLine(path, 2);
    expect((await fetch({ base: fork })).range.descendsFromBase).toBe(true);
    const rewritten = commit(path, { parents: [fork], files: { "app.yaml": "other" }, at: 9 });
    setBranch(path, "main", rewritten);
    git(path, ["-c", "gc.pruneExpire=now", "gc", "--quiet"]);
    requests(relay);
    const snapshot = await fetch({ base: old });
    expect(snapshot.range).toMatchObject({ descendsFromBase: false, commits: [{ oid: rewritten }] });
    // The fork was named to the server, and is not sent again.
    expect(relay.seen.at(-1)?.body.toString()).toContain(`have ${fork}`);
    const rewound = commit(path, { files: { "app.yaml": "1" } });
    setBranch(path, "main", rewound);
    expect((await fetch({ base: rewritten })).range).toMatchObject({ descendsFromBase: false });
  });

  it("fetches a merge with both sides, and an octopus", async () => {
    const { path, fetch } = await setUp();
    const [base = ""] = commitLine(path, 1);
    const sides = [1, 2, 3].map((at) => commit(path, { parents: [base], files: { [`f${at}`]: "x" }, at }));
    const merge = commit(path, { parents: sides, files: { f1: "x" }, at: 5 });
    setBranch(path, "main", merge);
    expect(oids(await fetch({ base }))).toEqual([merge, ...sides.toReversed()]);
  });

  it("speaks the older protocol to a server that knows no other", async () => {
    const { path, relay, fetch } = await setUp();
    const [first = "", second = ""] = commitLine(path, 2);
    setBranch(path, "main-2", first);
    relay.isOld = true;
    expect((await fetch()).head).toBe(second);
    // All refs came with the first answer.
    expect(requests(relay)).toEqual([DISCOVERY[0], PACK]);
    await expect(fetch({ ref: { branch: "mai" } })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
  });

  it("joins its packs before they become many, and loses nothing of them", async () => {
    const { path, stateDir, fetch } = await setUp();
    const text = Array.from({ length: 300 }, (_, line) => `line ${line}\n`);
    let head: string | undefined;
    for (let round = 0; round < 35; round += 1) {
      text[round] = `changed in ${round}\n`;
      const files = { "app.yaml": text.join(""), "same.yaml": round % 2 === 0 ? "a" : "b" };
      head = commit(path, { parents: head === undefined ? [] : [head], files, at: round });
      setBranch(path, "main", head);
      expect((await fetch({ base: head })).head).toBe(head);
    }
    const state = join(stateDir, readdirSync(stateDir)[0] ?? "");
    const packs = readdirSync(join(state, "objects/pack")).filter((name) => name.endsWith(".idx"));
    expect(packs.length).toBeLessThan(10);
    expect(git(state, ["fsck", "--full"])).toBe("");
    expect(oids(await fetch())).toHaveLength(35);
  }, 60_000);

  it("refuses what is in the tree, and takes the same commit as known the next time", async () => {
    const { path, relay, fetch } = await setUp();
    setBranch(path, "main", commit(path, { files: { "a.yaml": "1", "A.yaml": "2" } }));
    await expect(fetch()).rejects.toThrow("case is ignored");
    requests(relay);
    await expect(fetch()).rejects.toThrow("case is ignored");
    expect(requests(relay)).toEqual(DISCOVERY);
  });
});

describe("a temporary clone", () => {
  it("has all of history, and is gone when it is disposed of", async () => {
    const root = makeFolder();
    const line = commitLine(makeBareRepository(root), 3);
    const url = `${await serveGit(root)}/config.git`;
    const clone = await cloneTemporarily({ url });
    expect(clone).toMatchObject({ ref: "refs/heads/main", head: line[2] });
    const all = await Array.fromAsync(streamRange(clone.repository, clone.head, undefined));
    expect(all.map(({ oid }) => oid)).toEqual(line.toReversed());
    await clone[Symbol.asyncDispose]();
    await expect(cloneTemporarily({ url, branch: "other" })).rejects.toMatchObject({ code: "REF_NOT_FOUND" });
  });
});
