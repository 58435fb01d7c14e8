import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startGitServer } from "../../../src/demo/git-server.ts";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { ed25519, sshSigned } from "./objects.ts";
import { openpgpKey } from "./openpgp-keys.ts";
import { Sandbox } from "./sandbox.ts";

const MAIN = join(import.meta.dirname, "../../../src/cli/main.ts");

interface Report {
  readonly verdict: string;
  readonly code?: string;
  readonly head: string;
  readonly counts: object;
  readonly commits: readonly { readonly oid: string; readonly code: string | null }[];
}

describeWithTools(["git", "ssh-keygen", "time"], "sluice verify commits", () => {
  const alice = ed25519();
  let sandbox: Sandbox;
  let allowedSigners: string;
  /** Oldest first: signed by alice, unsigned, signed by alice, a stranger's. */
  let oids: readonly string[];

  function commitFile(
    path: string,
    signed: Parameters<typeof sshSigned>[0] | undefined,
    message: string,
  ): string {
    mkdirSync(join(sandbox.repo, path, ".."), { recursive: true });
    writeFileSync(join(sandbox.repo, path), message);
    sandbox.git("add", ".");
    sandbox.git("commit", "-q", "-m", message, "--no-gpg-sign");
    if (signed === undefined) return sandbox.head();
    const parents = sandbox.git("log", "-1", "--format=%P").split(" ").filter(Boolean);
    const at = Number(sandbox.git("log", "-1", "--format=%ct")) * 1000;
    const tree = sandbox.git("log", "-1", "--format=%T");
    return sandbox.commitRaw(sshSigned(signed, { tree, parents, at, message: `${message}\n` }));
  }

  beforeAll(() => {
    sandbox = new Sandbox();
    oids = [
      commitFile("docs/a", alice, "first"),
      commitFile("docs/b", undefined, "second \x1b[31m"),
      commitFile("prod/c", alice, "third"),
      commitFile("docs/d", ed25519(), "fourth"),
    ];
    sandbox.git("branch", "trusted", oids[2] ?? "");
    sandbox.git("tag", "-a", "v1", "-m", "one", oids[0] ?? "");
    allowedSigners = sandbox.write("allowed_signers", `alice@bank.example ${toSshKeyLine(alice)}\n`);
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function run(...args: readonly string[]): Promise<{ status: number; stdout: string }> {
    const { promise, resolve } = Promise.withResolvers<{ status: number; stdout: string }>();
    execFile(process.execPath, [MAIN, "verify", "commits", ...args], (error, stdout) =>
      resolve({ status: typeof error?.code === "number" ? error.code : 0, stdout }),
    );
    return promise;
  }

  async function report(...args: readonly string[]): Promise<Report & { status: number }> {
    const { status, stdout } = await run("--output", "json", ...args);
    return { ...(JSON.parse(stdout) as Report), status };
  }

  const inRepo = (...args: readonly string[]) =>
    report("--repo", sandbox.repo, "--allowed-signers", allowedSigners, ...args);

  it("reports every commit and ends with 1 where one is refused", async () => {
    const { status, verdict, head, counts, commits } = await inRepo();
    expect({ status, verdict, head, counts }).toEqual({
      status: 1,
      verdict: "refused",
      head: oids[3],
      counts: { total: 4, verified: 2, refused: 2, byCode: { UNSIGNED: 1, UNKNOWN_KEY: 1 } },
    });
    expect(commits.map(({ oid, code }) => [oid, code])).toEqual([
      [oids[3], "UNKNOWN_KEY"],
      [oids[2], null],
      [oids[1], "UNSIGNED"],
      [oids[0], null],
    ]);
    expect(commits[1]).toEqual({
      oid: oids[2],
      verdict: "verified",
      scheme: "ssh",
      signer: "alice@bank.example",
      key: expect.stringMatching(/^SHA256:/),
      code: null,
    });
  });

  it.each([
    ["a tag", ["--ref", "v1"], 0, 1],
    ["a branch, from a commit on", ["--ref", "trusted", "--start", 1], 0, 1],
    ["a branch, from before an unsigned commit", ["--ref", "trusted", "--start", 0], 1, 2],
    ["a full ref, the head alone", ["--ref", "refs/heads/trusted", "--start", "tip"], 0, 1],
    ["the head alone, by a stranger", ["--start", "tip"], 1, 1],
    ["from the root, said aloud", ["--start", "root"], 1, 4],
    ["nothing new", ["--start", 3], 0, 0],
  ] as const)("takes %s", async (_, args, status, total) => {
    const answer = await inRepo(...args.map((arg) => (typeof arg === "number" ? (oids[arg] ?? "") : arg)));
    expect(answer.status).toBe(status);
    expect(answer.commits).toHaveLength(total);
  });

  describe("from a start that the head does not descend from", () => {
    it("refuses the range, although no commit of it is bad", async () => {
      const rewound = await inRepo("--ref", "v1", "--start", oids[2] ?? "");
      expect(rewound).toMatchObject({
        status: 1,
        verdict: "refused",
        counts: { total: 0, refused: 0, byCode: { HISTORY_REWRITTEN: 1 } },
        refusals: [{ code: "HISTORY_REWRITTEN" }],
        commits: [],
      });
      const { status, stdout } = await run(
        ...["--repo", sandbox.repo, "--allowed-signers", allowedSigners],
        ...["--ref", "v1", "--start", oids[2] ?? ""],
      );
      expect(status).toBe(1);
      expect(stdout).toMatch(/^HISTORY_REWRITTEN 1$/m);
      expect(stdout).not.toContain("nothing to verify");
    });

    it("and says that there is nothing to verify where the head is the start", async () => {
      expect(await inRepo("--ref", "trusted", "--start", oids[2] ?? "")).toMatchObject({
        status: 0,
        verdict: "verified",
        refusals: [],
      });
      const { status, stdout } = await run(
        ...["--repo", sandbox.repo, "--allowed-signers", allowedSigners],
        ...["--ref", "trusted", "--start", oids[2] ?? ""],
      );
      expect(status).toBe(0);
      expect(stdout).toMatch(/^nothing to verify/m);
      expect(stdout).toMatch(/^verified: 0 commits/m);
    });
  });

  it("reads a bare repository, and one behind a URL", async () => {
    sandbox.git("clone", "-q", "--bare", sandbox.repo, sandbox.path("bare.git"));
    const signers = ["--allowed-signers", allowedSigners];
    expect((await report("--repo", sandbox.path("bare.git"), ...signers)).commits).toHaveLength(4);
    const server = await startGitServer(sandbox.dir);
    try {
      const url = `${server.url}/bare.git`;
      const [whole, branch] = await Promise.all([
        report("--repo", url, ...signers),
        report("--repo", url, "--ref", "trusted", "--start", oids[1] ?? "", ...signers),
      ]);
      expect([whole.status, whole.commits.length]).toEqual([1, 4]);
      expect([branch.status, branch.commits.length]).toEqual([0, 1]);
    } finally {
      await server.close();
    }
  });

  describe("with a TrustPolicy", () => {
    const policy = (...rules: readonly string[]): string => `
apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: t}
spec:
  signers:
    - {name: alice, roles: [developer], keys: [{ssh: "${toSshKeyLine(alice)}"}]}
    - {name: bob, roles: [releaser], keys: [{ssh: "${toSshKeyLine(ed25519())}"}]}
  history: {start: root}
  commits: [${rules.join(", ")}]
`;
    const everything = '{paths: ["**"], signedBy: {role: developer}}';
    const production = '{paths: ["prod/**"], signedBy: {role: releaser}}';

    it.each([
      ["asks who may change what", [everything, production], "ROLE_MISSING"],
      [
        "covers what is changed",
        [production, '{paths: ["docs/*"], signedBy: {role: developer}}'],
        "ROLE_MISSING",
      ],
      ["leaves a path out", ['{paths: ["docs/*"], signedBy: {role: developer}}'], "PATH_NOT_COVERED"],
      ["asks for nothing more", [everything], null],
    ])("that %s", async (_, rules, expected) => {
      const trust = sandbox.write("trust.yaml", policy(...rules));
      const whole = await report("--repo", sandbox.repo, "--ref", "trusted", "--trust", trust);
      expect(whole.commits.map(({ code }) => code)).toEqual([expected, "UNSIGNED", null]);
      const tip = await report(
        "--repo",
        sandbox.repo,
        "--ref",
        "trusted",
        "--start",
        "tip",
        "--trust",
        trust,
      );
      expect(tip.commits.map(({ code }) => code)).toEqual([expected]);
    });
  });

  describe("ends with 2 where it could not look", () => {
    const cases: readonly (readonly [what: string, args: () => readonly string[], code: string])[] = [
      ["no trust", () => [], "EMPTY_TRUST"],
      ["two kinds of trust", () => ["--trust", "x.yaml", "--allowed-signers", allowedSigners], "EMPTY_TRUST"],
      ["a file that is not there", () => ["--allowed-signers", sandbox.path("nobody")], "UNREADABLE_KEYS"],
      ["a file without keys", () => ["--openpgp-keys", allowedSigners], "INVALID_KEY"],
      ["roots that are none", () => ["--x509-roots", allowedSigners], "INVALID_AUTHORITY"],
      [
        "lists without roots",
        () => ["--allowed-signers", allowedSigners, "--x509-crls", allowedSigners],
        "EMPTY_TRUST",
      ],
      [
        "revoked keys without others",
        () => ["--x509-roots", allowedSigners, "--revoked-keys", allowedSigners],
        "EMPTY_TRUST",
      ],
      [
        "a Sigstore that says nothing of who may sign",
        () => ["--sigstore-trusted-root", allowedSigners],
        "EMPTY_TRUST",
      ],
      [
        "an identity that nobody vouches for",
        () => ["--sigstore-trusted-root", allowedSigners, "--certificate-identity", "alice@bank.example"],
        "EMPTY_TRUST",
      ],
      [
        "two identities and one provider",
        () => [
          ...["--sigstore-trusted-root", allowedSigners, "--certificate-identity", "alice", "bob"],
          ...["--certificate-oidc-issuer", "https://login.bank.example"],
        ],
        "EMPTY_TRUST",
      ],
      [
        "an identity without a Sigstore",
        () => [
          ...["--allowed-signers", allowedSigners, "--certificate-identity", "alice"],
          ...["--certificate-oidc-issuer", "https://login.bank.example"],
        ],
        "EMPTY_TRUST",
      ],
      [
        "a trusted root that is none",
        () => [
          ...["--sigstore-trusted-root", allowedSigners, "--certificate-identity", "alice"],
          ...["--certificate-oidc-issuer", "https://login.bank.example"],
        ],
        "INVALID_AUTHORITY",
      ],
      ["an unknown branch", () => ["--allowed-signers", allowedSigners, "--ref", "nope"], "REF_NOT_FOUND"],
      ["an abbreviated start", () => ["--allowed-signers", allowedSigners, "--start", "abcdef1"], "BAD_OID"],
      [
        "a start that is not there",
        () => ["--allowed-signers", allowedSigners, "--start", "1".repeat(40)],
        "OBJECT_MISSING",
      ],
    ];
    it.each(cases)("%s", async (_, args, code) => {
      expect(await report("--repo", sandbox.repo, ...args())).toMatchObject({
        status: 2,
        verdict: "fault",
        code,
      });
    });

    it("no repository", async () => {
      const answer = await report("--repo", sandbox.path("nowhere"), "--allowed-signers", allowedSigners);
      expect(answer).toMatchObject({ status: 2, code: "NOT_A_REPOSITORY" });
    });
  });

  it("takes both kinds of keys, in several files", async () => {
    const files = await Promise.all(
      [1, 2].map(async (number) => sandbox.write(`${number}.asc`, (await openpgpKey()).publicKey.armor())),
    );
    const answer = await inRepo("--ref", "v1", "--openpgp-keys", ...files);
    expect(answer.status).toBe(0);
  });

  it("prints for people, and nothing that a terminal would obey", async () => {
    const { status, stdout } = await run("--repo", sandbox.repo, "--allowed-signers", allowedSigners);
    expect(status).toBe(1);
    expect(stdout).not.toContain("\x1b");
    expect(stdout.split("\n").filter((line) => line.startsWith("verified "))).toHaveLength(2);
    expect(stdout).toMatch(/^UNSIGNED .*second \\u001b\[31m$/m);
    expect(stdout).toMatch(/^refused: 4 commits, 2 verified, 2 refused$/m);
  });
});
