import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startGitServer } from "../../../src/demo/git-server.ts";
import {
  commit,
  commitLine,
  git,
  gitAsync,
  makeBareRepository,
  makeFolder,
  setBranch,
} from "./support/git.ts";
import { serveGit } from "./support/servers.ts";

const ALICE = { username: "alice", password: "secret" };

it("serves real git, which clones from it, and pushes to it with credentials alone", async () => {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const [head = ""] = commitLine(path, 1).toReversed();
  const open = await serveGit(root);
  const work = makeFolder();
  await gitAsync(work, ["clone", "--quiet", `${open}/config.git`, "clone"]);
  const clone = join(work, "clone");
  expect(git(clone, ["rev-parse", "HEAD"])).toBe(head);
  expect(readFileSync(join(clone, "app.yaml"), "utf8")).toBe("revision: 0\n");
  git(clone, ["commit", "--quiet", "--allow-empty", "-m", "more"]);
  await expect(gitAsync(clone, ["push", "--quiet"])).rejects.toThrow(/403|401/);
  const closed = new URL(await serveGit(root, { basicAuth: ALICE }));
  closed.username = ALICE.username;
  closed.password = ALICE.password;
  await gitAsync(clone, ["push", "--quiet", `${closed.href}config.git`, "HEAD:main"]);
  expect(git(path, ["rev-parse", "main"])).toBe(git(clone, ["rev-parse", "HEAD"]));
});

it("serves nothing outside its folder, and nothing without the credentials it asks for", async () => {
  const root = makeFolder();
  makeBareRepository(root, "outside");
  const inside = join(root, "outside.git", "objects");
  const url = await serveGit(inside);
  const status = async (path: string): Promise<number> => (await fetch(`${url}${path}`)).status;
  for (const path of [
    "/../../outside.git/HEAD",
    "/..%2f..%2foutside.git/HEAD",
    "/%2e%2e/HEAD",
    "/nothing.git/HEAD",
  ]) {
    expect(await status(path)).not.toBe(200);
  }
  expect((await fetch(`${await serveGit(root)}/outside.git/HEAD`)).status).toBe(200);
  const closed = await serveGit(root, { basicAuth: ALICE });
  expect((await fetch(`${closed}/outside.git/HEAD`)).status).toBe(401);
});

it("cuts off a request that is too large", async () => {
  const root = makeFolder();
  const path = makeBareRepository(root);
  const url = new URL(`${await serveGit(root, { basicAuth: ALICE, maxRequestBytes: 10_000 })}/config.git`);
  url.username = ALICE.username;
  url.password = ALICE.password;
  const work = makeBareRepository(makeFolder(), "work");
  const noise = (bytes: number): string => randomBytes(bytes / 2).toString("hex");
  const push = async (bytes: number): Promise<string> => {
    setBranch(work, "main", commit(work, { files: { noise: noise(bytes) } }));
    return gitAsync(work, ["push", "--quiet", "--force", url.href, "main"]);
  };
  await push(10_000);
  const before = git(path, ["rev-parse", "main"]);
  await expect(push(40_000)).rejects.toThrow();
  expect(git(path, ["rev-parse", "main"])).toBe(before);
});

it("is gone when it is closed", async () => {
  const root = makeFolder();
  makeBareRepository(root);
  const server = await startGitServer(root);
  expect((await fetch(`${server.url}/config.git/HEAD`)).status).toBe(200);
  await server.close();
  await expect(fetch(`${server.url}/config.git/HEAD`)).rejects.toThrow();
});
