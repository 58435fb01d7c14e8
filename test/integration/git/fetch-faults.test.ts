import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, vi } from "vitest";
import {
  DEFAULT_GIT_LIMITS,
  type FetchRequest,
  fetchSnapshot,
  type GitLimits,
} from "../../../src/git/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch } from "./support/git.ts";
import { type Relay, serve, serveGit, serveThrough } from "./support/servers.ts";

/** For processes of their own. */
const MODULE = join(import.meta.dirname, "../../../src/git/index.ts");

interface Setting {
  readonly path: string;
  readonly relay: Relay;
  readonly stateDir: string;
  /** The head that was fetched, or the code of the fault. */
  readonly fetch: (limits?: Partial<GitLimits>) => Promise<string>;
}

async function setUp(): Promise<Setting> {
  const root = makeFolder();
  const path = makeBareRepository(root);
  commitLine(path, 10);
  const relay = await serveThrough(await serveGit(root));
  const stateDir = makeFolder();
  const fetch = (limits: Partial<GitLimits> = {}): Promise<string> =>
    attempt({ url: `${relay.url}/config.git`, stateDir, limits: { ...DEFAULT_GIT_LIMITS, ...limits } });
  return { path, relay, stateDir, fetch };
}

async function attempt(request: Partial<FetchRequest> & { url: string }): Promise<string> {
  const whole = { ref: { branch: "main" }, stateDir: makeFolder(), ...request };
  const judged = await fetchSnapshot(whole).catch(
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
  if (typeof judged === "string") return judged;
  return judged.ok ? judged.value.head : judged.refusals[0].code;
}

/** Where the state directory keeps the one repository. */
function stateOf(stateDir: string): string {
  return join(stateDir, readdirSync(stateDir)[0] ?? "");
}

/** Nothing of a fetch that failed may be where the next one looks. */
function expectNothingKept(stateDir: string): void {
  const state = stateOf(stateDir);
  expect(readdirSync(join(state, "objects/pack"))).toEqual([]);
  expect(readdirSync(join(state, "incoming"))).toEqual([]);
  expect(readdirSync(join(state, "refs/heads"))).toEqual([]);
}

describeWithTools(["time"], "a pack that does not arrive as it was sent", () => {
  it("is not kept where it is cut off, wherever that is, and the next fetch is whole", async () => {
    const { path, relay, stateDir, fetch } = await setUp();
    for (const ending of ["end", "hang up"] as const) {
      relay.ending = ending;
      for (const part of [0, 0.01, 0.2, 0.5, 0.9, 0.999]) {
        relay.tamper = (answer) => answer.subarray(0, Math.floor(answer.length * part));
        expect(await fetch()).toMatch(ending === "end" ? /^BAD_RESPONSE$/ : /^(CONNECTION|BAD_RESPONSE)$/);
        expectNothingKept(stateDir);
      }
    }
    relay.ending = "end";
    relay.tamper = (answer) => answer;
    expect(await fetch()).toBe(git(path, ["rev-parse", "main"]));
  });

  it("is not kept where a byte differs", async () => {
    const { relay, stateDir, fetch } = await setUp();
    const start = 40;
    for (let step = 0; step < 12; step += 1) {
      relay.tamper = (answer) => {
        const at = start + Math.floor(((answer.length - start - 4) * step) / 12);
        const damaged = Buffer.from(answer);
        damaged[at] = (damaged[at] ?? 0) ^ 1;
        return damaged;
      };
      expect(await fetch()).toMatch(/^(BAD_RESPONSE|OBJECT_TOO_LARGE|RESPONSE_TOO_LARGE)$/);
      expectNothingKept(stateDir);
    }
  });

  it("is not kept where the server says in the middle that it failed", async () => {
    const { relay, stateDir, fetch } = await setUp();
    const failure = Buffer.from("0018\x03out of memory, died");
    const heading = "000dpackfile\n".length;
    relay.tamper = (answer) => Buffer.concat([answer.subarray(0, heading), failure]);
    expect(await fetch()).toBe("SERVER_ERROR");
    relay.tamper = () => Buffer.from("0021ERR upload-pack: not our ref\n");
    expect(await fetch()).toBe("SERVER_ERROR");
    expectNothingKept(stateDir);
  });

  it("is not kept where the process is killed while it arrives", async () => {
    const { path, relay, stateDir, fetch } = await setUp();
    relay.ending = "silence";
    relay.tamper = (answer) => answer.subarray(0, answer.length - 100);
    const script = `import { fetchSnapshot } from ${JSON.stringify(MODULE)};
      await fetchSnapshot(${JSON.stringify({ url: `${relay.url}/config.git`, ref: { branch: "main" }, stateDir })});`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
      stdio: "ignore",
    });
    await vi.waitFor(() => {
      const incoming = readdirSync(join(stateOf(stateDir), "incoming"), { recursive: true });
      expect(incoming.some((name) => String(name).endsWith("pack"))).toBe(true);
    }, 20_000);
    child.kill("SIGKILL");
    await once(child, "close");
    const state = stateOf(stateDir);
    expect(readdirSync(join(state, "objects/pack"))).toEqual([]);
    // What a crash between the two moves leaves, and one while a ref was replaced.
    writeFileSync(join(state, "objects/pack/pack-1234567890abcdef1234567890abcdef12345678.pack"), "PACK");
    writeFileSync(join(state, "refs/heads/main.1.new"), "");
    relay.ending = "end";
    relay.tamper = (answer) => answer;
    expect(await fetch()).toBe(git(path, ["rev-parse", "main"]));
  });
});

describeWithTools(["time"], "what is kept and turns out damaged", () => {
  it.each<[string, (state: string) => void]>([
    ["a pack is cut off", (state) => truncateSync(packOf(state, "pack"), 100)],
    ["a pack is gone", (state) => rmSync(packOf(state, "pack"))],
    ["an index is gone", (state) => rmSync(packOf(state, "idx"))],
    ["an index is cut off", (state) => truncateSync(packOf(state, "idx"), 1000)],
    ["a pack is filled with other bytes", (state) => fill(packOf(state, "pack"))],
    [
      "HEAD and the config are gone",
      (state) => {
        for (const name of ["HEAD", "config"]) rmSync(join(state, name));
      },
    ],
    ["the ref is empty", (state) => writeFileSync(join(state, "refs/heads/main"), "")],
    [
      "the ref names a commit that is not there",
      (state) => writeFileSync(join(state, "refs/heads/main"), "1".repeat(40)),
    ],
    ["everything is gone", (state) => rmSync(state, { recursive: true })],
  ])("is fetched again: %s", async (_, damage) => {
    const { path, stateDir, fetch } = await setUp();
    const head = await fetch();
    damage(stateOf(stateDir));
    expect(await fetch()).toBe(head);
    expect(git(stateOf(stateDir), ["fsck", "--full"])).toBe("");
    damage(stateOf(stateDir));
    const [next = ""] = commitLine(path, 1, head);
    expect(await fetch()).toBe(next);
  });
});

function packOf(state: string, suffix: string): string {
  const folder = join(state, "objects/pack");
  return join(folder, readdirSync(folder).find((name) => name.endsWith(suffix)) ?? "");
}

function fill(path: string): void {
  const bytes = readFileSync(path);
  rmSync(path);
  writeFileSync(path, bytes.fill(7, 12, bytes.length - 20));
}

describeWithTools(["time"], "limits", () => {
  it.each<[string, Partial<GitLimits>, string]>([
    ["the listing of refs", { refListingBytes: 40 }, "RESPONSE_TOO_LARGE"],
    ["the pack", { packBytes: 500 }, "RESPONSE_TOO_LARGE"],
    ["the number of objects", { packObjects: 29 }, "RESPONSE_TOO_LARGE"],
    ["one object", { objectBytes: 100 }, "OBJECT_TOO_LARGE"],
    ["the walk", { walkedCommits: 9 }, "HISTORY_TOO_LONG"],
    ["the range", { rangeCommits: 9 }, "HISTORY_TOO_LONG"],
    ["the tree", { treeBytes: 5 }, "TREE_TOO_LARGE"],
  ])("stop %s", async (_, limits, code) => {
    const { path, fetch } = await setUp();
    expect(await fetch(limits)).toBe(code);
    const enough = { packObjects: 30, objectBytes: 400, walkedCommits: 10, rangeCommits: 10, treeBytes: 12 };
    expect(await fetch(enough)).toBe(git(path, ["rev-parse", "main"]));
  });

  it("stop a bomb before it is inflated, plain or as a delta", async () => {
    const { path, fetch } = await setUp();
    const large = "x".repeat(3_000_000);
    const first = commit(path, { files: { bomb: large } });
    setBranch(path, "main", commit(path, { parents: [first], files: { bomb: `${large}y` } }));
    git(path, ["repack", "-adfq"]);
    expect(await fetch({ objectBytes: 3_000_000 })).toBe("OBJECT_TOO_LARGE");
    expect(await fetch({ objectBytes: 3_000_001 })).toBe(git(path, ["rev-parse", "main"]));
  });

  it("stop a server that is silent, one that never ends, and one that nobody waits for any more", async () => {
    const { relay, stateDir, fetch } = await setUp();
    relay.ending = "silence";
    relay.tamper = (answer) => answer.subarray(0, 500);
    expect(await fetch({ idleMs: 100 })).toBe("TIMEOUT");
    expect(await fetch({ fetchMs: 300 })).toBe("TIMEOUT");
    const silent = await serve(() => undefined);
    expect(await attempt({ url: `${silent}/x.git`, limits: { ...DEFAULT_GIT_LIMITS, idleMs: 100 } })).toBe(
      "TIMEOUT",
    );
    const signal = AbortSignal.abort();
    expect(await attempt({ url: `${relay.url}/config.git`, stateDir, signal })).toBe("CANCELLED");
    const drip = await serve(async (_, response) => {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      while (!response.destroyed) {
        response.write("0");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    const limits = { ...DEFAULT_GIT_LIMITS, idleMs: 5000, fetchMs: 300 };
    expect(await attempt({ url: `${drip}/x.git`, limits })).toBe("TIMEOUT");
  });
});

describeWithTools(["time"], "a server that is not what it should be", () => {
  it.each<[string, number, string, string, string]>([
    ["fails", 500, "text/plain", "oops", "SERVER_ERROR"],
    ["is overloaded", 503, "text/html", "<h1>busy</h1>", "SERVER_ERROR"],
    ["wants us to wait", 429, "text/plain", "", "SERVER_ERROR"],
    ["wants credentials", 401, "text/plain", "", "AUTHENTICATION"],
    ["forbids", 403, "text/plain", "", "AUTHENTICATION"],
    ["answers with a sign-in page", 203, "text/html", "<html>", "AUTHENTICATION"],
    ["does not know the repository", 404, "text/plain", "", "REPOSITORY_NOT_FOUND"],
    ["is a web page", 200, "text/html", "<html>hello</html>", "NOT_A_GIT_SERVER"],
    [
      "speaks the dumb protocol",
      200,
      "text/plain",
      `${"1".repeat(40)}\trefs/heads/main\n`,
      "NOT_A_GIT_SERVER",
    ],
    ["sends nothing", 200, "application/x-git-upload-pack-advertisement", "", "BAD_RESPONSE"],
    ["sends nonsense", 200, "application/x-git-upload-pack-advertisement", "nonsense", "BAD_RESPONSE"],
    [
      "sends no listing",
      200,
      "application/x-git-upload-pack-advertisement",
      "0008abcd0000",
      "NOT_A_GIT_SERVER",
    ],
    ["gives up", 200, "application/x-git-upload-pack-advertisement", "000eERR sorry0000", "SERVER_ERROR"],
  ])("%s", async (_, status, type, body, code) => {
    const url = await serve((_request, response) => {
      response.writeHead(status, { "content-type": type }).end(body);
    });
    expect(await attempt({ url: `${url}/config.git` })).toBe(code);
  });

  it("cuts off its listing before the branch, which is then not missing", async () => {
    const { path, relay, fetch } = await setUp();
    for (const isOld of [true, false]) {
      relay.isOld = isOld;
      relay.tamperListing = (answer) => answer.subarray(0, answer.length - 4);
      expect(await fetch()).toBe("BAD_RESPONSE");
      relay.tamperListing = (answer) => answer;
      expect(await fetch()).toBe(git(path, ["rev-parse", "main"]));
    }
  });

  it("names its objects by SHA-256", async () => {
    const root = makeFolder();
    git(root, ["init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha256", "config.git"]);
    const path = join(root, "config.git");
    const tree = git(path, ["mktree"], "");
    setBranch(path, "main", git(path, ["commit-tree", tree, "-m", "first"]));
    const relay = await serveThrough(await serveGit(root));
    for (const isOld of [true, false]) {
      relay.isOld = isOld;
      expect(await attempt({ url: `${relay.url}/config.git` })).toBe("UNSUPPORTED_REPOSITORY");
    }
  });

  it("has no branch yet, or no such repository, or is not there", async () => {
    const root = makeFolder();
    const empty = makeBareRepository(root, "empty");
    const url = await serveGit(root);
    expect(await attempt({ url: `${url}/empty.git` })).toBe("EMPTY_REPOSITORY");
    expect(await attempt({ url: `${url}/other.git` })).toBe("REPOSITORY_NOT_FOUND");
    const [head] = commitLine(empty, 1);
    expect(await attempt({ url: `${url}/empty.git` })).toBe(head);
    expect(await attempt({ url: "http://127.0.0.1:9/config.git" })).toBe("CONNECTION");
    expect(await attempt({ url: "http://git.invalid/config.git" })).toBe("CONNECTION");
  });

  it.each([
    "git+ssh://git@bank.example/x",
    "git@bank.example:x",
    "file:///srv/x.git",
    "/srv/x.git",
    "https://user:pw@bank.example/x",
    "https://bank.example/x?y",
    "",
  ])("has a URL that is not taken: %j", async (url) => {
    expect(await attempt({ url })).toBe("BAD_URL");
  });
});

describeWithTools(["time"], "a state directory that cannot be written", () => {
  it("is a fault of its own", async () => {
    const { relay, stateDir } = await setUp();
    writeFileSync(join(stateDir, "file"), "");
    const url = `${relay.url}/config.git`;
    expect(await attempt({ url, stateDir: join(stateDir, "file") })).toBe("STORAGE");
    mkdirSync(join(stateDir, "folder"));
    expect(await attempt({ url, stateDir: join(stateDir, "folder") })).toMatch(/^[0-9a-f]{40}$/);
  });

  it("is one where it has no room for the pack, of which nothing is kept", async () => {
    const { path, relay, stateDir, fetch } = await setUp();
    const first = git(path, ["rev-parse", "main"]);
    const noise = randomBytes(40_000).toString("base64");
    setBranch(path, "main", commit(path, { parents: [first], files: { noise } }));
    const script = `import { fetchSnapshot } from ${JSON.stringify(MODULE)};
      await fetchSnapshot(${JSON.stringify({ url: `${relay.url}/config.git`, ref: { branch: "main" }, stateDir })})
        .catch((error) => console.log(error.code));`;
    // No file may have more than 16 KiB: what a full disk is, without one.
    const limited = [
      "-c",
      'ulimit -f 16; exec "$0" "$@"',
      process.execPath,
      "--input-type=module-typescript",
    ];
    const { stdout } = await promisify(execFile)("bash", [...limited, "--eval", script]);
    expect(stdout.trim()).toBe("STORAGE");
    expectNothingKept(stateDir);
    expect(await fetch()).toBe(git(path, ["rev-parse", "main"]));
  });
});
