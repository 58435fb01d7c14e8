import { describe, expect, it } from "vitest";
import { type FetchRequest, fetchSnapshot, SharedFetches } from "../../../src/git/index.ts";
import {
  commit,
  commitTree,
  hashObject,
  makeBareRepository,
  makeFolder,
  rawTree,
  setBranch,
} from "./support/git.ts";
import { type Relay, serve, serveGit, serveThrough } from "./support/servers.ts";

/** Gates of one process, which follow one branch. */
async function setUp(credentials?: { readonly username: string; readonly password: string }) {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const relay = await serveThrough(await serveGit(root, credentials && { basicAuth: credentials }));
  const stateDir = makeFolder();
  const clock = { time: 1_000, now: () => clock.time };
  const fetches = new SharedFetches(clock);
  const fetch = (since: number, request: Partial<FetchRequest> = {}) =>
    fetchSnapshot({
      url: `${relay.url}/config.git`,
      ref: { branch: "main" },
      stateDir,
      sharing: { fetches, since },
      ...request,
    });
  return { path, relay, clock, fetch };
}

function packs({ seen }: Relay): number {
  return seen.filter(({ body }) => body.includes("want ")).length;
}

describe("gates that share what is fetched", () => {
  it("fetch one pack, each with what it asked for, and nothing more until somebody asks anew", async () => {
    const { path, relay, clock, fetch } = await setUp();
    const first = commit(path, { files: { "a/app.yaml": "a: 1\n" } });
    setBranch(path, "main", first);
    const all = await Promise.all(["a", "b", "c"].map((gate) => fetch(1_000, { path: gate })));
    expect(all.map(({ head, ok }) => [head, ok])).toEqual(Array(3).fill([first, true]));
    expect(packs(relay)).toBe(1);

    const second = commit(path, { parents: [first], files: { "a/app.yaml": "a: 2\n" }, at: 1 });
    setBranch(path, "main", second);
    const before = relay.seen.length;
    expect((await fetch(1_000)).head).toBe(first);
    expect(relay.seen.length).toBe(before);
    clock.time = 1_001;
    const news = await fetch(1_001, { base: first });
    expect(news).toMatchObject({ head: second, base: first });
    expect(news.ok && news.value.range.commits.map(({ oid }) => oid)).toEqual([second]);
    expect(news.ok && Buffer.from(news.value.files.get("a/app.yaml") ?? []).toString()).toBe("a: 2\n");
  });

  it("are each refused what is in their own path, and nothing else", async () => {
    const { path, fetch } = await setUp();
    const oid = hashObject(path, "blob", "../a/app.yaml");
    const folder = (mode: string) => rawTree(path, [{ mode, name: "app.yaml", oid }]);
    const tree = rawTree(path, [
      { mode: "40000", name: "a", oid: folder("100644") },
      { mode: "40000", name: "b", oid: folder("120000") },
    ]);
    const head = commitTree(path, { tree });
    setBranch(path, "main", head);
    const [a, b] = await Promise.all(["a", "b"].map((gate) => fetch(1_000, { path: gate })));
    expect(a).toMatchObject({ ok: true });
    expect(b).toMatchObject({ ok: false, head, refusals: [{ code: "SYMLINK" }] });
  });

  it("share nothing with who has not shown the credentials", async () => {
    const login = { username: "sluice", password: "secret" };
    const auth = { login };
    const { path, fetch } = await setUp(login);
    const head = commit(path, { files: { "a/app.yaml": "a: 1\n" } });
    setBranch(path, "main", head);
    expect((await fetch(1_000, { auth })).head).toBe(head);
    await expect(fetch(1_000)).rejects.toMatchObject({ code: "AUTHENTICATION" });
    await expect(fetch(1_000, { auth: { login: { ...login, password: "secreT" } } })).rejects.toMatchObject({
      code: "AUTHENTICATION",
    });
    expect((await fetch(1_000, { auth })).head).toBe(head);
  });

  it("find a server that has moved, also when another gate was told where", async () => {
    const { path, relay, fetch } = await setUp();
    const head = commit(path, { files: { "a/app.yaml": "a: 1\n" } });
    setBranch(path, "main", head);
    const moved = await serve((request, response) => {
      response.writeHead(307, { location: `${relay.url}${request.url}` }).end();
    });
    const url = `${moved}/config.git`;
    const stateDirs = [makeFolder(), makeFolder()]; // the second has no pack either
    for (const stateDir of stateDirs) expect((await fetch(1_000, { url, stateDir })).head).toBe(head);
    expect(packs(relay)).toBe(2);
  });
});
