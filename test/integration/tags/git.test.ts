import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listTagRefs, openRepository, readMergedTags, readRawTag } from "../../../src/git/index.ts";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { judgeMergedTag, judgeTag, type Trust, trustKeyFiles } from "../../../src/trust/index.ts";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Gpg } from "../commits/gpg.ts";
import { ed25519 } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { makeFolder } from "../git/support/git.ts";
import { serveGit } from "../git/support/servers.ts";
import { Authority, succeeds } from "../ssh/authority.ts";

interface Report {
  readonly counts: object;
  readonly tags: readonly { readonly ref: string; readonly code: string | null }[];
}

/** Whether `git verify-tag` is content, and our word. */
interface Case {
  readonly git: boolean;
  readonly code: string | null;
}

const CASES: Readonly<Record<string, Case>> = {
  ssh: { git: true, code: null },
  gpg: { git: true, code: null },
  "folder/of/tags": { git: true, code: null },
  certified: { git: true, code: null },
  "an-empty-message": { git: true, code: null },
  lightweight: { git: false, code: "LIGHTWEIGHT_TAG" },
  unsigned: { git: false, code: "UNSIGNED" },
  stranger: { git: false, code: "UNKNOWN_KEY" },
  altered: { git: false, code: "BAD_SIGNATURE" },
  "certified-by-a-stranger": { git: false, code: "UNKNOWN_AUTHORITY" },
  // git asks who signed these, and no more: what they are of, and under which name, is for others to check.
  moved: { git: true, code: "TAG_NAME_MISMATCH" },
  nested: { git: true, code: "NESTED_TAG" },
  tree: { git: true, code: "TAG_NOT_OF_COMMIT" },
  // git leaves such a header out of what it verifies, and nobody signed it.
  uncovered: { git: true, code: "MALFORMED_TAG" },
};

describeWithTools(["git", "gpg", "ssh-keygen", "time"], "tags that git made", () => {
  let sandbox: Sandbox;
  let trust: Trust;
  const files = { ssh: "", gpg: "", revoked: "" };

  function keygen(name: string): string {
    sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", sandbox.path(name)]);
    return readFileSync(sandbox.path(`${name}.pub`), "utf8").trim();
  }

  function tag(name: string, key: string, target = "HEAD", message = "a tag"): void {
    sandbox.git("tag", "-s", "-u", sandbox.path(key), "-m", message, name, target);
  }

  /** Stores a tag object made from another's. */
  function craft(name: string, from: string, change: (object: string) => string): void {
    const object = sandbox.run("git", ["-C", sandbox.repo, "cat-file", "tag", from]).toString("latin1");
    const input = Buffer.from(change(object), "latin1");
    const oid = sandbox.gitWith({ input }, "hash-object", "-t", "tag", "-w", "--stdin", "--literally");
    sandbox.git("update-ref", `refs/tags/${name}`, oid);
  }

  function makeTags(): void {
    for (const name of ["ssh", "folder/of/tags"]) tag(name, "alice");
    tag("an-empty-message", "alice", "HEAD", "");
    tag("stranger", "stranger");
    tag("nested", "alice", "ssh");
    tag("tree", "alice", "HEAD^{tree}");
    sandbox.git("tag", "lightweight");
    sandbox.git("tag", "-a", "--no-sign", "-m", "unsigned", "unsigned");
    sandbox.git("update-ref", "refs/tags/moved", sandbox.git("rev-parse", "refs/tags/ssh"));
    craft("altered", "ssh", (object) => object.replace("tag ssh", "tag altered"));
    tag("covered", "alice");
    craft("uncovered", "covered", (object) =>
      object.replace("\n\n", "\ngpgsig-sha256 nobody signed this\n\n"),
    );
    sandbox.git("tag", "-d", "covered");
    for (const name of ["certified", "certified-by-a-stranger"]) tag(name, `${name}-cert.pub`);
  }

  function certify(name: string, authority: Authority): void {
    const file = authority.certify(keygen(name), { principals: ["carol"], keyId: "carol's" });
    sandbox.write(`${name}-cert.pub`, readFileSync(file));
  }

  beforeAll(async () => {
    sandbox = new Sandbox();
    sandbox.git("config", "gpg.format", "ssh");
    sandbox.git("commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "first");
    const authority = new Authority(sandbox, "authority");
    const alice = keygen("alice");
    keygen("stranger");
    certify("certified", authority);
    certify("certified-by-a-stranger", new Authority(sandbox, "another"));
    files.ssh = sandbox.write(
      "allowed_signers",
      `alice@x ${alice}\ncarol cert-authority ${authority.line}\n`,
    );
    sandbox.git("config", "gpg.ssh.allowedSignersFile", files.ssh);
    makeTags();
    const gpg = new Gpg(sandbox);
    gpg.makeKey("bob", "ed25519", "sign");
    files.gpg = sandbox.write("bob.pgp", gpg.export("bob"));
    const asGpg = [
      "-c",
      "gpg.format=openpgp",
      "tag",
      "-s",
      "-u",
      gpg.fingerprint("bob"),
      "-m",
      "a tag",
      "gpg",
    ];
    sandbox.git(...asGpg);
    ({ trust } = await trustKeyFiles({
      allowedSigners: [{ origin: "ssh", bytes: readFileSync(files.ssh) }],
      openpgpKeys: [{ origin: "gpg", bytes: readFileSync(files.gpg) }],
    }));
  }, 120_000);

  afterAll(() => sandbox[Symbol.dispose]());

  async function judge(name: string) {
    const repository = await openRepository(sandbox.repo);
    try {
      return await judgeTag(readRawTag(repository, name), trust, Date.now());
    } finally {
      repository.close();
    }
  }

  describe("are judged by git and by us", () => {
    it.each(Object.entries(CASES))("%s", async (name, { git, code }) => {
      const { verdict, code: found } = await judge(name);
      expect([verdict, found]).toEqual([code === null ? "verified" : "refused", code]);
      expect(succeeds(sandbox, "git", ["-C", sandbox.repo, "verify-tag", name])).toBe(git);
    });
  });

  it("say who signed them, and of what", async () => {
    const target = sandbox.head();
    expect(await judge("ssh")).toMatchObject({
      target,
      signer: "alice@x",
      scheme: "ssh",
      ref: "refs/tags/ssh",
    });
    expect(await judge("certified")).toMatchObject({ target, signer: "carol", summary: "a tag" });
    expect(await judge("refs/tags/gpg")).toMatchObject({ target, signer: "bob <bob@bank.example>" });
  });

  it("are listed, loose and packed", () => {
    const listed = sandbox.git("for-each-ref", "--format=%(refname)", "refs/tags").split("\n");
    expect(listTagRefs(sandbox.repo)).toEqual(listed.toSorted());
    sandbox.git("pack-refs", "--all");
    sandbox.git("tag", "later");
    expect(listTagRefs(sandbox.repo)).toEqual([...listed, "refs/tags/later"].toSorted());
    sandbox.git("tag", "-d", "later");
  });

  it("keep their signature in the merge that brings them", async () => {
    sandbox.git("checkout", "-q", "-b", "side");
    sandbox.git("commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "on the side");
    tag("merged", "alice");
    tag("merged-by-a-stranger", "stranger");
    sandbox.git("checkout", "-q", "main");
    const found: unknown[] = [];
    for (const name of ["merged", "merged-by-a-stranger"]) {
      sandbox.git("reset", "-q", "--hard", "main");
      sandbox.git("checkout", "-q", "--detach", "main");
      sandbox.git("merge", "-q", "--no-ff", "--no-gpg-sign", "-m", "merge", name);
      const tags = readMergedTags(sandbox.commitBytes("HEAD"));
      const [merged] = tags.ok ? tags.value : [];
      if (merged === undefined) throw new TypeError("the merge carries no tag");
      const { code, signer } = await judgeMergedTag(merged, trust, Date.now());
      const elsewhere = await judgeMergedTag({ ...merged, merged: [] }, trust, Date.now());
      found.push({
        name,
        same: merged.oid === sandbox.git("rev-parse", name),
        code,
        signer,
        elsewhere: elsewhere.code,
      });
    }
    expect(found).toEqual([
      { name: "merged", same: true, code: null, signer: "alice@x", elsewhere: "TAG_NOT_MERGED" },
      {
        name: "merged-by-a-stranger",
        same: true,
        code: "UNKNOWN_KEY",
        signer: null,
        elsewhere: "TAG_NOT_MERGED",
      },
    ]);
    sandbox.git("tag", "-d", "merged", "merged-by-a-stranger");
    sandbox.git("checkout", "-q", "main");
  });

  describe("sluice verify tag", () => {
    async function report(...args: readonly string[]) {
      const all = ["--output", "json", "verify", "tag", "--repo", sandbox.repo, ...args];
      const { code, stdout } = await runCli(all);
      return { ...(JSON.parse(stdout) as Report), status: code };
    }
    const keys = () => ["--allowed-signers", files.ssh, "--openpgp-keys", files.gpg];

    it("answers with a record a tag, and counts by code", async () => {
      const answer = await report("--all", ...keys());
      expect(answer).toMatchObject({
        status: 1,
        verdict: "refused",
        counts: { total: 14, verified: 5, refused: 9 },
        notices: [],
      });
      const records = answer.tags;
      expect(
        Object.fromEntries(records.map(({ ref, code }) => [ref.slice("refs/tags/".length), code])),
      ).toEqual(Object.fromEntries(Object.entries(CASES).map(([name, { code }]) => [name, code])));
      expect(answer.counts).toHaveProperty("byCode.TAG_NAME_MISMATCH", 1);
    });

    it("takes names, and ends with 0 where all are verified", async () => {
      const answer = await report("--tag", "ssh", "refs/tags/gpg", ...keys());
      expect(answer).toMatchObject({ status: 0, verdict: "verified", counts: { total: 2, verified: 2 } });
      expect(answer.tags).toEqual([
        {
          ref: "refs/tags/ssh",
          oid: sandbox.git("rev-parse", "refs/tags/ssh"),
          target: sandbox.head(),
          verdict: "verified",
          scheme: "ssh",
          signer: "alice@x",
          key: expect.stringMatching(/^SHA256:/),
          code: null,
        },
        expect.objectContaining({ ref: "refs/tags/gpg", scheme: "openpgp", code: null }),
      ]);
    });

    it("asks a server for its tags, and says the same of them", async () => {
      const root = makeFolder();
      sandbox.git("clone", "-q", "--mirror", ".", join(root, "tags.git"));
      const url = `${await serveGit(root)}/tags.git`;
      const there = await report("--all", "--repo", url, ...keys());
      const here = await report("--all", ...keys());
      expect({ ...there, tags: new Set(there.tags) }).toEqual({ ...here, tags: new Set(here.tags) });
      const named = await report("--tag", "ssh", "refs/tags/unsigned", "--repo", url, ...keys());
      expect(named).toMatchObject({ status: 1, counts: { total: 2, byCode: { UNSIGNED: 1 } } });
      for (const name of ["nope", "refs/heads/main"]) {
        expect(await report("--tag", name, "--repo", url, ...keys())).toMatchObject({
          status: 2,
          code: "REF_NOT_FOUND",
        });
      }
    });

    it("heeds a list of revoked keys", async () => {
      const revoked = sandbox.path("revoked");
      sandbox.run("ssh-keygen", ["-q", "-k", "-f", revoked, sandbox.path("alice.pub")]);
      const answer = await report("--tag", "ssh", "certified", ...keys(), "--revoked-keys", revoked);
      expect(answer).toMatchObject({ status: 1, counts: { byCode: { KEY_REVOKED: 1 }, verified: 1 } });
    });

    it("takes a TrustPolicy, whose signers count whatever their roles", async () => {
      const policy = `
apiVersion: sluice.dev/v1
kind: TrustPolicy
metadata: {name: t}
spec:
  signers:
    - {name: alice, roles: [reader], keys: [{ssh: "${readFileSync(sandbox.path("alice.pub"), "utf8").trim()}"}]}
    - {name: dora, roles: [developer], keys: [{ssh: "${toSshKeyLine(ed25519())}"}]}
  history: {start: root}
  commits: [{paths: ["prod/**"], signedBy: {role: developer}}]
`;
      const answer = await report(
        "--tag",
        "ssh",
        "gpg",
        "moved",
        "--trust",
        sandbox.write("trust.yaml", policy),
      );
      expect(answer.counts).toMatchObject({ verified: 1, byCode: { UNKNOWN_KEY: 1, TAG_NAME_MISMATCH: 1 } });
      expect(answer.tags[0]).toMatchObject({ signer: "alice", code: null });
    });

    it("prints for people", async () => {
      const args = ["verify", "tag", "--repo", sandbox.repo, "--tag", "ssh", "unsigned", ...keys()];
      const { code, stdout } = await runCli(args);
      expect(code).toBe(1);
      expect(stdout).toMatch(/^verified .* alice@x .*refs\/tags\/ssh {2}a tag$/m);
      expect(stdout).toMatch(/^UNSIGNED 1$/m);
      expect(stdout).toMatch(/^refused: 2 tags, 1 verified, 1 refused$/m);
    });

    it.each([
      ["no tags", [], "BAD_REF_NAME"],
      ["names and all of them", ["--all", "--tag", "ssh"], "BAD_REF_NAME"],
      ["a tag that is not there", ["--tag", "nope"], "REF_NOT_FOUND"],
      ["a branch", ["--tag", "refs/heads/main"], "REF_NOT_FOUND"],
      ["a name that leads out", ["--tag", "../../HEAD"], "BAD_REF_NAME"],
      ["a URL of another kind", ["--all", "--repo", "ftp://git.bank.example/x.git"], "BAD_URL"],
    ])("ends with 2 where it is asked for %s", async (_, args, code) => {
      expect(await report(...args, ...keys())).toMatchObject({ status: 2, verdict: "fault", code });
    });

    it("ends with 2 where trust is not as it must be", async () => {
      expect(await report("--all")).toMatchObject({ status: 2, code: "EMPTY_TRUST" });
      const revoked = ["--revoked-keys", files.gpg];
      expect(await report("--all", "--openpgp-keys", files.gpg, ...revoked)).toMatchObject({
        code: "EMPTY_TRUST",
      });
      expect(await report("--all", ...keys(), ...revoked)).toMatchObject({ status: 2, code: "INVALID_KEY" });
    });
  });
});
