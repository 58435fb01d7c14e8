import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { TrustError, trustKeyFiles } from "../../../src/trust/index.ts";
import { judgeSignature } from "../../../src/trust/judge-signature.ts";
import { describeWithTools } from "../../support/tools.ts";
import { ed25519 } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Authority, MESSAGE, signCertified, succeeds } from "./authority.ts";

/** Each run starts ssh-keygen once for every line that we take. */
const RUNS = 150;

describeWithTools(["git", "ssh-keygen"], "whoever an allowed_signers line lets in", () => {
  let sandbox: Sandbox;
  let authority: Authority;
  const key = ed25519();

  beforeAll(() => {
    sandbox = new Sandbox();
    authority = new Authority(sandbox, "authority");
  });

  afterAll(() => sandbox[Symbol.dispose]());

  /** The signer; null where there is none, or where we refuse the file. */
  async function ours(armored: string, line: string): Promise<string | null> {
    const files = { allowedSigners: [{ origin: "f", bytes: Buffer.from(line) }], openpgpKeys: [] };
    try {
      const { trust } = await trustKeyFiles(files);
      const signed = { payload: MESSAGE, signature: armored, claimedAt: Date.UTC(2026, 5, 15) };
      const { signer, problem } = await judgeSignature(signed, trust, Date.now());
      return problem === undefined ? signer : null;
    } catch (error) {
      if (error instanceof TrustError) return null;
      throw error;
    }
  }

  function theirs(armored: string, line: string, principal: string): boolean {
    const args = ["-Y", "verify", "-n", "git", "-I", principal, "-Overify-time=20260615000000Z"];
    const files = ["-f", sandbox.write("signers", line), "-s", sandbox.write("signature", armored)];
    return succeeds(sandbox, "ssh-keygen", [...args, ...files], MESSAGE);
  }

  const space = fc.constantFrom(" ", "\t", "  ", "\u00a0", "");
  const principals = fc.constantFrom(
    "alice",
    "*",
    "al?ce",
    '"alice"',
    '"alice,bob"',
    "!bob,a*",
    "!alice,*",
    "\ufeffalice",
    "ALICE",
    'a"lice',
    "é,alice",
  );
  const option = fc.constantFrom(
    ...[
      "cert-authority",
      "CERT-AUTHORITY",
      'namespaces="git"',
      'namespaces="g?t,x"',
      'namespaces="!git,*"',
      "namespaces=git",
    ],
    ...[
      'valid-after="20260101"',
      'valid-after="20260615000000Z"',
      'valid-before="20260615UTC"',
      'valid-before="20260614Z"',
    ],
    ...["verify-required", "", 'namespaces="git\\"'],
  );
  const options = fc.array(option, { maxLength: 2 }).map((list) => list.join(","));
  const ending = fc.constantFrom("\n", "\r\n", " comment\n", "\u00a0\n", "\0\n", "\t#\n", "");

  it("is let in by ssh-keygen too", async () => {
    const certified = signCertified(key, authority.certificate(key, { principals: ["alice"] }));
    const plain = signCertified(key, Buffer.from(toSshKeyLine(key).split(" ")[1] ?? "", "base64"));
    const keyLine = fc.constantFrom(toSshKeyLine(key), authority.line);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(principals, space, options, space, keyLine, ending, async (...parts) => {
        const line = parts.join("");
        for (const armored of [plain, certified]) {
          const signer = await ours(armored, line);
          expect([signer, signer === null || theirs(armored, line, signer)]).toEqual([signer, true]);
          if (signer !== null) accepted += 1;
        }
      }),
      { numRuns: RUNS, seed: 6 },
    );
    expect(accepted).toBeGreaterThan(10);
  });
});
