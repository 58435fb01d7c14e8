import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { trustKeyFiles, verifyCommits } from "../../../src/trust/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Authority, type Request } from "./authority.ts";

interface Case {
  readonly request: Request;
  readonly by: "trusted" | "stranger";
  /** git's word (`%G?`), the signer that it names, and our code. */
  readonly git: string;
  readonly signer: string | null;
  readonly code: string | null;
}

const GOOD = { by: "trusted", git: "G", code: null } as const;

const CASES: Readonly<Record<string, Case>> = {
  alice: { ...GOOD, request: { principals: ["alice"], serial: 1 }, signer: "alice" },
  both: { ...GOOD, request: { principals: ["mallory", "bob", "alice"], serial: 2 }, signer: "alice" },
  revoked: {
    by: "trusted",
    request: { principals: ["alice"], serial: 3 },
    git: "B",
    signer: null,
    code: "KEY_REVOKED",
  },
  mallory: {
    by: "trusted",
    request: { principals: ["mallory"], serial: 4 },
    git: "U",
    signer: null,
    code: "PRINCIPAL_NOT_ALLOWED",
  },
  expired: {
    by: "trusted",
    request: { principals: ["alice"], serial: 5, validity: "20200101Z:20210101Z" },
    git: "U",
    signer: "alice",
    code: "KEY_EXPIRED",
  },
  stranger: {
    by: "stranger",
    request: { principals: ["alice"], serial: 1 },
    git: "U",
    signer: null,
    code: "UNKNOWN_AUTHORITY",
  },
};

/** A bank with an authority and a list of what is revoked, and commits signed with its certificates. */
describeWithTools(["git", "ssh-keygen"], "commits that git signed with certificates", () => {
  let sandbox: Sandbox;
  const files = { signers: "", revoked: "" };

  beforeAll(() => {
    sandbox = new Sandbox();
    sandbox.git("config", "gpg.format", "ssh");
    const authorities = {
      trusted: new Authority(sandbox, "trusted"),
      stranger: new Authority(sandbox, "another"),
    };
    for (const [name, { request, by }] of Object.entries(CASES)) {
      const key = sandbox.path(name);
      sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
      const certificate = authorities[by].certify(readFileSync(`${key}.pub`, "utf8").trim(), request);
      sandbox.write(`${name}-cert.pub`, readFileSync(certificate));
      sandbox.git("commit", "-q", "--allow-empty", `-S${key}-cert.pub`, "-m", name);
    }
    files.signers = sandbox.write("signers", `alice,bob cert-authority ${authorities.trusted.line}\n`);
    files.revoked = sandbox.path("revoked");
    const specification = sandbox.write("specification", "serial: 3\n");
    const scope = ["-s", authorities.trusted.publicFile];
    sandbox.run("ssh-keygen", ["-q", "-k", "-f", files.revoked, ...scope, specification]);
    sandbox.git("config", "gpg.ssh.allowedSignersFile", files.signers);
    sandbox.git("config", "gpg.ssh.revocationFile", files.revoked);
  });

  afterAll(() => sandbox[Symbol.dispose]());

  it("are judged as git judges them, and by the same names", async () => {
    const { trust } = await trustKeyFiles({
      allowedSigners: [{ origin: "signers", bytes: readFileSync(files.signers) }],
      openpgpKeys: [],
      revokedKeys: [{ origin: "revoked", bytes: readFileSync(files.revoked) }],
    });
    const commits = await sandbox.commits();
    const records = await Array.fromAsync(verifyCommits(commits, trust, Date.now()));
    const ours = records.map(({ summary, signer, code }) => [summary, signer, code]);
    expect(Object.fromEntries(ours.map(([summary, ...answer]) => [summary, answer]))).toEqual(
      Object.fromEntries(Object.entries(CASES).map(([name, { signer, code }]) => [name, [signer, code]])),
    );
    const theirs = sandbox.git("log", "--format=%s %G? %GS").split("\n");
    const expected = Object.entries(CASES).map(([name, { git, code, signer }]) =>
      `${name} ${git} ${code === null ? signer : ""}`.trim(),
    );
    expect(theirs.map((line) => line.trim()).toSorted()).toEqual(expected.toSorted());
  });
});
