import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cloneTemporarily, fetchSnapshot, streamRange } from "../../../src/git/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { attemptFetch } from "./support/attempt.ts";
import { commit, commitLine, git, makeBareRepository, makeFolder, setBranch } from "./support/git.ts";
import { countTurns, type KeyType, makeSshKey, startSshd } from "./support/ssh.ts";

const PASSPHRASE = "canary-7c1e";

/** A repository of some commits. */
function makeRepository(name = "config"): { path: string; line: string[]; head: string } {
  const path = makeBareRepository(makeFolder(), name);
  const line = commitLine(path, 3);
  return { path, line, head: line.at(-1) ?? "" };
}

/** Of which the middle one counts. */
const TRIES = 7;

describeWithTools(["git", "sshd", "ssh-keygen"], "a fetch over SSH", () => {
  it.each<[KeyType, string]>([
    ["ed25519", ""],
    ["ecdsa-256", ""],
    ["ecdsa-384", PASSPHRASE],
    ["ecdsa-521", ""],
    ["rsa", ""],
    ["ed25519", PASSPHRASE],
  ])("logs in with a key of %s (%j), to a server that has one", async (type, passphrase) => {
    const { path, head } = makeRepository();
    const user = makeSshKey(type, passphrase);
    const { url, auth } = await startSshd({ hostKeys: [makeSshKey(type)], users: [user] });
    expect(await attemptFetch({ url: url(path), auth: { ...auth, passphrase } })).toBe(head);
    expect(await attemptFetch({ url: url(path), auth: { ...auth, passphrase: `${PASSPHRASE}x` } })).toBe(
      passphrase === "" ? head : "BAD_CREDENTIALS",
    );
    const other = makeSshKey(type);
    expect(await attemptFetch({ url: url(path), auth: { ...auth, identity: other.identity } })).toBe(
      "AUTHENTICATION",
    );
  });

  it("needs a passphrase where the key has one", async () => {
    const { path } = makeRepository();
    const { url, auth } = await startSshd({ users: [makeSshKey("ed25519", PASSPHRASE)] });
    expect(await attemptFetch({ url: url(path), auth })).toBe("BAD_CREDENTIALS");
  });

  it.each([
    ["new", false],
    ["old", true],
  ])("speaks with a git that is %s", async (_, isOld) => {
    const { path, line, head } = makeRepository();
    setBranch(path, "main-2", line[0] ?? "");
    const { url, auth } = await startSshd({ isOld });
    const stateDir = makeFolder();
    const request = { url: url(path), auth, stateDir };
    expect(await attemptFetch(request)).toBe(head);
    expect(await attemptFetch(request)).toBe(head);
    expect(await attemptFetch({ ...request, ref: { branch: "mai" } })).toBe("REF_NOT_FOUND");
    const [next = ""] = commitLine(path, 1, head);
    const judged = await fetchSnapshot({ ...request, ref: { branch: "main" }, base: head });
    expect(judged).toMatchObject({ ok: true, value: { head: next, range: { commits: [{ oid: next }] } } });
  });

  it.each([
    ["new", false],
    ["old", true],
  ])("brings what may approve a commit, from a git that is %s", async (_, isOld) => {
    const { path, line, head } = makeRepository();
    const { url, auth } = await startSshd({ isOld });
    const request = { url: url(path), auth, stateDir: makeFolder(), ref: { branch: "main" }, base: line[1] };
    const approvals = async (): Promise<readonly unknown[]> => {
      const judged = await fetchSnapshot({ ...request, withApprovals: true });
      return judged.ok ? judged.value.approvals.map(({ kind, commit: oid }) => `${kind} ${oid}`) : [];
    };
    expect(await approvals()).toEqual([]);
    git(path, ["tag", "-a", "-m", "I looked at it", "v1", head]);
    expect(await approvals()).toEqual([`tag ${head}`]); // a second pack, of what was not there before
    const [next = ""] = commitLine(path, 1, head);
    git(path, ["tag", "-a", "-m", "I looked at it", "v2", next]);
    expect((await approvals()).toSorted()).toEqual([`tag ${head}`, `tag ${next}`].toSorted());
  });

  it("has all of history in a clone", async () => {
    const { path, line } = makeRepository();
    const { url, auth } = await startSshd();
    await using clone = await cloneTemporarily({ url: url(path), auth });
    const all = await Array.fromAsync(streamRange(clone.repository, clone.head, undefined));
    expect(all.map(({ oid }) => oid)).toEqual(line.toReversed());
  });

  it("asks once more than for the listing where there is one commit to fetch", async () => {
    const { path, head } = makeRepository();
    const sshd = await startSshd();
    const relay = await countTurns(sshd.port);
    const url = sshd.url(path).replace(`:${sshd.port}/`, `:${relay.port}/`);
    const knownHosts = sshd.auth.knownHosts.replaceAll(`:${sshd.port} `, `:${relay.port} `);
    const request = { url, auth: { ...sshd.auth, knownHosts }, stateDir: makeFolder() };
    await attemptFetch(request);
    const turnsFor = async (expected: string): Promise<number> => {
      const before = relay.turns();
      expect(await attemptFetch(request)).toBe(expected);
      return relay.turns() - before;
    };
    // Both sides greet at once, and a busy machine may cut one message in two: a turn more or less now and then.
    const more: number[] = [];
    for (let [tries, at] = [0, head]; tries < TRIES; tries++) {
      const listing = await turnsFor(at);
      [at = ""] = commitLine(path, 1, at);
      more.push((await turnsFor(at)) - listing);
    }
    // One for the question; another where the answer comes in two pieces, between which the client may speak.
    expect(more.toSorted((a, b) => a - b)[(TRIES - 1) / 2]).toBeLessThanOrEqual(2);
  });

  it("finds a repository at an odd path, which no shell makes something else of (attack 12)", async () => {
    const { url, auth } = await startSshd();
    const names = [
      "with space",
      "it's",
      "a;touch INJECTED;",
      "$(touch INJECTED)",
      "`id`",
      "a'b\"c!d",
      "ünï",
      "-x",
    ];
    for (const name of names) {
      const { path, head } = makeRepository(name);
      const encoded = path.split("/").map(encodeURIComponent).join("/");
      expect(await attemptFetch({ url: url(encoded), auth })).toBe(head);
      expect(await attemptFetch({ url: url(`${encoded}x`), auth })).toBe("REPOSITORY_NOT_FOUND");
      expect(existsSync(join(homedir(), "INJECTED"))).toBe(false);
    }
  });

  it("finds the server's key under a hashed name, and none under another's", async () => {
    const { path, head } = makeRepository();
    const { url, auth, name, port } = await startSshd();
    const file = join(makeFolder(), "known_hosts");
    const hashed = (host: string): string => {
      writeFileSync(file, auth.knownHosts.replace(name, host));
      execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
      return readFileSync(file, "utf8");
    };
    expect(hashed(name)).toMatch(/^\|1\|/);
    expect(await attemptFetch({ url: url(path), auth: { ...auth, knownHosts: hashed(name) } })).toBe(head);
    const other = hashed(`[127.0.0.1]:${port + 1}`);
    expect(await attemptFetch({ url: url(path), auth: { ...auth, knownHosts: other } })).toBe(
      "HOST_KEY_UNKNOWN",
    );
  });

  it("has the limits that it has over HTTP", async () => {
    const { path, head } = makeRepository();
    const { url, auth } = await startSshd();
    const request = { url: url(path), auth };
    expect(await attemptFetch({ ...request, limits: { refListingBytes: 40 } })).toBe("RESPONSE_TOO_LARGE");
    expect(await attemptFetch({ ...request, limits: { packBytes: 100 } })).toBe("RESPONSE_TOO_LARGE");
    expect(await attemptFetch({ ...request, limits: { packObjects: 8 } })).toBe("RESPONSE_TOO_LARGE");
    expect(await attemptFetch({ ...request, limits: { objectBytes: 100 } })).toBe("OBJECT_TOO_LARGE");
    expect(await attemptFetch({ ...request, limits: { walkedCommits: 2 } })).toBe("HISTORY_TOO_LONG");
    expect(await attemptFetch({ ...request, limits: { treeBytes: 1 } })).toBe("TREE_TOO_LARGE");
    expect(await attemptFetch({ ...request, signal: AbortSignal.abort() })).toBe("CANCELLED");
    const enough = { packObjects: 9, walkedCommits: 3, treeBytes: 12, objectBytes: 400 };
    expect(await attemptFetch({ ...request, limits: enough })).toBe(head);
  });

  it("brings a pack of many packets whole", async () => {
    const { path, head } = makeRepository();
    const noise = Array.from({ length: 150_000 }, (_, index) => `${index * 7919}`).join("\n");
    const large = commit(path, { parents: [head], files: { "app.yaml": noise } });
    setBranch(path, "main", large);
    const { url, auth } = await startSshd();
    const judged = await fetchSnapshot({
      url: url(path),
      auth,
      ref: { branch: "main" },
      stateDir: makeFolder(),
    });
    expect(judged).toMatchObject({ ok: true, value: { head: large } });
    if (judged.ok) expect(Buffer.from(judged.value.files.get("app.yaml") ?? []).toString()).toBe(noise);
  });

  it("says what there is not", async () => {
    const folder = makeFolder();
    const empty = makeBareRepository(folder, "empty");
    mkdirSync(join(folder, "plain"));
    const { url, auth } = await startSshd();
    expect(await attemptFetch({ url: url(empty), auth })).toBe("EMPTY_REPOSITORY");
    expect(await attemptFetch({ url: url(join(folder, "plain")), auth })).toBe("REPOSITORY_NOT_FOUND");
    expect(await attemptFetch({ url: url(join(folder, "none")), auth })).toBe("REPOSITORY_NOT_FOUND");
    expect(
      await attemptFetch({
        url: "ssh://git@git.invalid/x",
        auth: { ...auth, knownHosts: auth.knownHosts.replace(/^\S+/, "git.invalid") },
      }),
    ).toBe("CONNECTION");
    git(folder, ["init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha256", "new.git"]);
    setBranch(join(folder, "new.git"), "main", commit(join(folder, "new.git"), {}));
    expect(await attemptFetch({ url: url(join(folder, "new.git")), auth })).toBe("UNSUPPORTED_REPOSITORY");
  });

  it("does not go without a key, and a key does not go elsewhere", async () => {
    const { path } = makeRepository();
    const { url, auth } = await startSshd();
    expect(await attemptFetch({ url: url(path) })).toBe("BAD_CREDENTIALS");
    expect(
      await attemptFetch({ url: url(path), auth: { login: { username: "canary-1", password: "canary-2" } } }),
    ).toBe("BAD_CREDENTIALS");
    expect(await attemptFetch({ url: "https://git.bank.example/x", auth })).toBe("BAD_CREDENTIALS");
  });
});
