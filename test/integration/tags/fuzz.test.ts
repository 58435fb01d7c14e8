import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { judgeTag, type Trust, trustKeyFiles } from "../../../src/trust/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { ed25519 } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { succeeds } from "../ssh/authority.ts";
import { rawTag, sshSignedTag } from "./objects.ts";

describeWithTools(["git", "ssh-keygen", "time"], "whatever is done to a signed tag", () => {
  const key = ed25519();
  let sandbox: Sandbox;
  let honest: string;
  let trust: Trust;

  beforeAll(async () => {
    sandbox = new Sandbox();
    sandbox.git("commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "first");
    honest = sshSignedTag(key, { target: sandbox.head() }).toString("latin1");
    const bytes = Buffer.from(`alice ${toSshKeyLine(key)}\n`);
    sandbox.git("config", "gpg.ssh.allowedSignersFile", sandbox.write("signers", bytes));
    ({ trust } = await trustKeyFiles({ allowedSigners: [{ origin: "f", bytes }], openpgpKeys: [] }));
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function gitAccepts(input: Buffer): boolean {
    const oid = sandbox.gitWith({ input }, "hash-object", "-t", "tag", "-w", "--stdin", "--literally");
    return succeeds(sandbox, "git", ["-C", sandbox.repo, "verify-tag", oid]);
  }

  const insertion = fc.constantFrom(
    ...[
      "",
      "\n",
      "\n\n",
      " ",
      "\r",
      "\t",
      "=",
      "\0",
      "A",
      "\xff",
      "# comment\n",
      "-----BEGIN SSH SIGNATURE-----\n",
    ],
    ...[
      "-----END SSH SIGNATURE-----\n",
      "gpgsig AAAA\n",
      "gpgsig-sha256 AAAA\n",
      "tag v2\n",
      "encoding x\n",
      "\n-----BEGIN ",
    ],
  );

  it("is not accepted unless git accepts it", async () => {
    let accepted = 0;
    const lines = honest.split("\n").length;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines),
        fc.nat(80),
        fc.nat(2),
        insertion,
        async (line, column, removed, text) => {
          const before = honest.split("\n").slice(0, line).join("\n");
          const at = Math.min(before.length + column, honest.length);
          const changed = Buffer.from(honest.slice(0, at) + text + honest.slice(at + removed), "latin1");
          const { verdict } = await judgeTag(rawTag(changed), trust, Date.now());
          if (verdict === "verified") accepted += 1;
          expect(verdict === "refused" || gitAccepts(changed)).toBe(true);
        },
      ),
      { numRuns: 1500, seed: 6 },
    );
    expect(accepted).toBeGreaterThan(10);
  });
});
