import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { PUBLIC_GOOD } from "./public-good.ts";

/** A commit that gitsign itself made, on the command line: its history and its tree are not here. */
describeWithTools(["git", "time"], "sluice verify commits, with gitsign's public Sigstore", () => {
  let sandbox: Sandbox;
  let root: string;
  let oid: string;

  beforeAll(() => {
    sandbox = new Sandbox();
    root = sandbox.write("trusted_root.json", PUBLIC_GOOD.rootJson);
    oid = sandbox.commitRaw(Buffer.from(PUBLIC_GOOD.commit));
  });

  afterAll(() => sandbox[Symbol.dispose]());

  async function verify(...trust: readonly string[]): Promise<object> {
    const args = [
      "verify",
      "commits",
      "--output",
      "json",
      "--repo",
      sandbox.repo,
      "--start",
      "tip",
      ...trust,
    ];
    const { stdout, code } = await runCli(args);
    return { status: code, ...JSON.parse(stdout) };
  }

  const { identity, issuer } = PUBLIC_GOOD;

  describe("and identities", () => {
    const by = (...pairs: readonly (readonly [identity: string, issuer: string])[]) =>
      verify(
        ...["--sigstore-trusted-root", root],
        ...pairs.flatMap(([who, provider]) => [
          ...["--certificate-identity", who, "--certificate-oidc-issuer", provider],
        ]),
      );

    it("says who signed", async () => {
      const commits = [{ oid, verdict: "verified", scheme: "gitsign", signer: identity, code: null }];
      expect(await by(["bob@bank.example", issuer], [identity, issuer])).toMatchObject({
        status: 0,
        commits,
      });
    });

    it.each([
      [identity, "https://accounts.google.com/"],
      [identity.slice(1), issuer],
      [".*", issuer],
    ])("refuses it for %s by %s", async (who, provider) => {
      const commits = [{ oid, signer: null, code: "PRINCIPAL_NOT_ALLOWED" }];
      expect(await by([who, provider])).toMatchObject({ status: 1, commits });
    });

    it("refuses it where two identities change providers", async () => {
      const swapped = await by([identity, "https://github.com/login/oauth"], ["bob@bank.example", issuer]);
      expect(swapped).toMatchObject({ status: 1, commits: [{ code: "PRINCIPAL_NOT_ALLOWED" }] });
    });
  });

  it("and a policy, which may end an identity", async () => {
    const policy = (window: object) =>
      JSON.stringify({
        apiVersion: "sluice.dev/v1",
        kind: "TrustPolicy",
        metadata: { name: "t" },
        spec: {
          signers: [
            { name: "billy", roles: ["developer"], keys: [{ sigstore: { identity, issuer }, ...window }] },
          ],
          authorities: { sigstore: { trustedRoot: { file: "trusted_root.json" } } },
          history: { start: "root" },
          commits: [{ paths: ["**"], signedBy: { role: "developer" } }],
        },
      });
    const verifyWith = (window: object) => verify("--trust", sandbox.write("trust.json", policy(window)));
    expect(await verifyWith({})).toMatchObject({ status: 0, commits: [{ signer: "billy", code: null }] });
    const loggedAt = (offset: number) => new Date(PUBLIC_GOOD.loggedAt + offset).toISOString();
    expect(await verifyWith({ validAfter: loggedAt(0) })).toMatchObject({ status: 0 });
    expect(await verifyWith({ validAfter: loggedAt(1000) })).toMatchObject({
      status: 1,
      commits: [{ code: "KEY_NOT_YET_VALID" }],
    });
    expect(await verifyWith({ validBefore: "2026-01-01" })).toMatchObject({
      status: 1,
      commits: [{ code: "KEY_EXPIRED" }],
    });
  });
});
