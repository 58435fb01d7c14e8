import { describe, expect, it } from "vitest";
import type { GitAuth } from "./auth.ts";
import type { FetchedSnapshot } from "./fetch-snapshot.ts";
import { SharedFetches } from "./shared-fetches.ts";

const URL = "https://git.bank.example/config.git";

/** A server whose branch moves each time that it is asked. */
class Bench {
  time = 0;
  asked = 0;
  readonly fetches = new SharedFetches({ now: () => this.time });

  target(
    since: number,
    { branch = "main", withApprovals = false, auth = undefined as GitAuth | undefined } = {},
  ): Promise<string> {
    const ask = async () => {
      this.asked += 1;
      return { ref: `refs/heads/${branch}`, oid: `${this.asked}` };
    };
    return this.fetches
      .target({ url: URL, question: { ref: { branch }, withApprovals }, auth, since }, ask)
      .then(({ oid }) => oid);
  }
}

describe("where a branch stands", () => {
  it("is told to those alone who show the same credentials, for the same branch", async () => {
    const bench = new Bench();
    const login = { username: "alice", password: "one" };
    const auth = { login };
    expect(await bench.target(0, { auth })).toBe("1");
    expect(await bench.target(0, { auth: { ...auth } })).toBe("1");
    expect(await bench.target(0, { auth: { login: { ...login, password: "two" } } })).toBe("2");
    expect(await bench.target(0)).toBe("3");
    expect(await bench.target(0, { branch: "next", auth })).toBe("4");
    expect(await bench.target(0, { branch: "next", withApprovals: true, auth })).toBe("5");
  });
});

describe("a snapshot", () => {
  const ref = "refs/heads/main";
  const snapshot = (head: string, bytes = 1): FetchedSnapshot => ({
    ok: true,
    ref,
    head,
    base: undefined,
    tag: undefined,
    value: {
      url: URL,
      ref,
      head,
      range: { head, base: undefined, descendsFromBase: true, commits: [] },
      changedPaths: [],
      files: new Map([["app.yaml", new Uint8Array(bytes)]]),
      tag: undefined,
      approvals: [],
      pins: new Map(),
      resets: [],
    },
  });

  it("is read once for all who ask at the same time, and later", async () => {
    const { fetches } = new Bench();
    let reads = 0;
    const read = async () => snapshot(`${++reads}`);
    const heads = await Promise.all(["a", "a", "b"].map((key) => fetches.snapshot(key, read)));
    expect(heads.map(({ head }) => head)).toEqual(["1", "1", "2"]);
    expect((await fetches.snapshot("a", read)).head).toBe("1");
  });

  it("is read again where that failed, or where it is too large to be kept", async () => {
    const { fetches } = new Bench();
    await expect(fetches.snapshot("a", () => Promise.reject(new RangeError("down")))).rejects.toThrow(
      RangeError,
    );
    const large = async () => snapshot("large", 9 * 1024 * 1024);
    expect((await fetches.snapshot("a", large)).head).toBe("large");
    expect((await fetches.snapshot("a", async () => snapshot("small"))).head).toBe("small");
  });
});
