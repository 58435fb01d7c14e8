import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadTrustPolicy } from "../../../src/api/index.ts";
import type { Snapshot } from "../../../src/git/index.ts";
import { compileTrust, verifySnapshot } from "../../../src/trust/index.ts";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { SERVER_TOOLS } from "../gitsign/real/servers.ts";
import { succeeds } from "../ssh/authority.ts";
import { COUNTS, EXPECTED, TAGS } from "./expected.ts";
import { trustPolicy } from "./policy.ts";
import { MixedRepository } from "./repository.ts";

interface CommitLine {
  readonly oid: string;
  readonly scheme: string | null;
  readonly signer: string | null;
  readonly code: string | null;
}

interface Report {
  readonly counts: object;
  readonly commits: readonly CommitLine[];
}

interface TagReport {
  readonly counts: object;
  readonly tags: readonly { readonly ref: string; readonly code: string | null }[];
}

const TOOLS = ["git", "gpg", "gpgsm", "openssl", "ssh-keygen", "gitsign", ...SERVER_TOOLS] as const;

describeWithTools(TOOLS, "a repository in which everybody signs in their own way", (programs) => {
  let mixed: MixedRepository;
  let byFiles: Report & { status: number | null };
  let byPolicy: Report & { status: number | null };
  let git: Map<string, string>;

  async function verify<T>(...args: readonly string[]): Promise<T & { status: number | null }> {
    const { stdout, code } = await runCli([
      "verify",
      ...args,
      "--output",
      "json",
      "--repo",
      mixed.sandbox.repo,
    ]);
    return { ...(JSON.parse(stdout) as T), status: code };
  }

  /** What git, gpgsm and gitsign are given. */
  function verifierFiles({ files, gitsign } = mixed): readonly string[] {
    const { identity, issuer } = gitsign.alice;
    return [
      ...["--allowed-signers", files.allowedSigners, "--revoked-keys", files.revokedKeys],
      ...["--openpgp-keys", files.openpgpKeys],
      ...["--x509-roots", files.x509Roots, "--x509-crls", files.x509Crls],
      ...["--sigstore-trusted-root", files.trustedRoot],
      ...["--certificate-identity", identity, "--certificate-oidc-issuer", issuer],
    ];
  }

  beforeAll(async () => {
    mixed = new MixedRepository();
    await mixed.make(programs);
    mixed.sandbox.write("trust.json", JSON.stringify(trustPolicy(mixed)));
    byFiles = await verify("commits", ...verifierFiles());
    byPolicy = await verify("commits", "--trust", mixed.sandbox.path("trust.json"));
    git = mixed.sandbox.judgements();
  }, 240_000);

  afterAll(() => mixed[Symbol.asyncDispose]());

  const oidOf = (what: string): string => mixed.made.get(what) ?? "";
  const find = ({ commits }: Report, what: string) => commits.find(({ oid }) => oid === oidOf(what));

  it("is counted by code, by files and by a policy", () => {
    expect(new Set(mixed.made.keys())).toEqual(new Set(Object.keys(EXPECTED)));
    for (const { status, counts } of [byFiles, byPolicy])
      expect({ status, counts }).toEqual({ status: 1, counts: COUNTS });
  });

  describe("is judged as git judges it", () => {
    it.each(Object.entries(EXPECTED))("%s", (what, { git: word, code, signers = [null, null] }) => {
      const schemes: { [prefix: string]: string } = { "ssh-cert": "ssh", unsigned: "null" };
      const [prefix = ""] = what.split(":");
      const scheme = schemes[prefix] ?? prefix;
      const records = [byFiles, byPolicy].map((report) => find(report, what));
      expect(records.map((record) => record?.code)).toEqual([code, code]);
      expect(records.map((record) => record?.signer)).toEqual(signers);
      expect(records.map((record) => String(record?.scheme))).toEqual([scheme, scheme]);
      expect(git.get(oidOf(what))).toBe(word);
    });
  });

  const gitsigned = Object.entries(EXPECTED).filter(([what]) => what.startsWith("gitsign"));

  it.each(gitsigned)(
    "is judged as gitsign judges it: %s",
    async (what, { code, gitsign = code === null }) => {
      expect(await mixed.gitsign.accepts("verify", oidOf(what))).toBe(gitsign);
      expect(code === null && !gitsign, "accepted here alone").toBe(false);
    },
  );

  it("knows a revoked certificate as openssl does", () => {
    const { x509Roots, x509Crls } = mixed.files;
    const accepts = (certificate: string) =>
      succeeds(mixed.sandbox, "openssl", [
        ...["verify", "-CAfile", x509Roots, "-CRLfile", x509Crls, "-crl_check", certificate],
      ]);
    expect(accepts(mixed.revokedCertificate)).toBe(false);
    expect(accepts(mixed.goodCertificate)).toBe(true);
  });

  it("has tags, which go by the same rules", async () => {
    const trusts = [verifierFiles(), ["--trust", mixed.sandbox.path("trust.json")]];
    for (const trust of trusts) {
      const { status, counts, tags } = await verify<TagReport>("tag", "--all", ...trust);
      expect(Object.fromEntries(tags.map(({ ref, code }) => [ref.slice("refs/tags/".length), code]))).toEqual(
        TAGS,
      );
      expect({ status, counts }).toEqual({
        status: 1,
        counts: {
          total: 11,
          verified: 5,
          refused: 6,
          byCode: { BAD_SIGNATURE: 5, PRINCIPAL_NOT_ALLOWED: 1 },
        },
      });
    }
    for (const [name, code] of Object.entries(TAGS)) {
      const said = name.startsWith("gitsign")
        ? await mixed.gitsign.accepts("verify-tag", name)
        : succeeds(mixed.sandbox, "git", ["-C", mixed.sandbox.repo, "verify-tag", name]);
      expect([name, said]).toEqual([name, code === null]);
    }
  });

  it("goes through a gate no more than it goes through the commands", async () => {
    const commits = await mixed.sandbox.commits();
    const head = mixed.sandbox.head();
    const snapshot: Snapshot = {
      url: "https://git.bank.example/config.git",
      ref: "refs/heads/main",
      head,
      tag: undefined,
      approvals: [],
      pins: new Map(),
      resets: [],
      range: { head, base: undefined, descendsFromBase: true, commits },
      changedPaths: [],
      files: new Map(),
    };
    const trust = await compileTrust(await loadTrustPolicy(mixed.sandbox.path("trust.json")));
    const { refusals, verified } = await verifySnapshot(snapshot, trust, Date.now());
    expect(verified).toBeUndefined();
    const counted = Map.groupBy(refusals, ({ code }) => code);
    expect(Object.fromEntries([...counted].map(([code, { length }]) => [code, length]))).toEqual(
      COUNTS.byCode,
    );
  });
});
