import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllowedSigners, signSsh, toSshKeyLine } from "../../../src/signatures/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "./sandbox.ts";

const MESSAGE = "tree 4b825dc\n\nmessage\n";

const KEYS: Record<string, () => KeyObject> = {
  ed25519: () => generateKeyPairSync("ed25519").privateKey,
  p256: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey,
  p384: () => generateKeyPairSync("ec", { namedCurve: "secp384r1" }).privateKey,
  p521: () => generateKeyPairSync("ec", { namedCurve: "secp521r1" }).privateKey,
  rsa: () => generateKeyPairSync("rsa", { modulusLength: 3072 }).privateKey,
};

describeWithTools(["git", "ssh-keygen"], "ssh-keygen", () => {
  let sandbox: Sandbox;
  let key: KeyObject;

  beforeAll(() => {
    sandbox = new Sandbox();
    key = generateKeyPairSync("ed25519").privateKey;
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function succeeds(args: readonly string[], input: string): boolean {
    try {
      sandbox.run("ssh-keygen", args, { input });
      return true;
    } catch {
      return false;
    }
  }

  function accepts(armored: string, allowedSigners: string, options: readonly string[] = []): boolean {
    const file = sandbox.write("allowed_signers", allowedSigners);
    const signature = sandbox.write("signature", armored);
    const args = ["-Y", "verify", "-n", "git", "-I", "alice", "-f", file, "-s", signature, ...options];
    return succeeds(args, MESSAGE);
  }

  describe("accepts what we sign", () => {
    it.each(Object.entries(KEYS))("with %s", (_, make) => {
      const signer = make();
      const armored = signSsh(Buffer.from(MESSAGE), signer);
      expect(accepts(armored, `alice ${toSshKeyLine(signer)}\n`)).toBe(true);
      expect(accepts(armored, `alice ${toSshKeyLine(key)}\n`)).toBe(false);
    });
  });

  it("makes the same bytes as we do, where signatures are deterministic", () => {
    sandbox.run("ssh-keygen", [
      "-q",
      "-t",
      "rsa",
      "-b",
      "2048",
      "-m",
      "PEM",
      "-N",
      "",
      "-f",
      sandbox.path("pem"),
    ]);
    const signer = createPrivateKey(readFileSync(sandbox.path("pem")));
    const args = ["-q", "-Y", "sign", "-n", "git", "-f", sandbox.path("pem")];
    expect(signSsh(Buffer.from(MESSAGE), signer)).toBe(
      sandbox.run("ssh-keygen", args, { input: MESSAGE }).toString(),
    );
    expect(readFileSync(sandbox.path("pem.pub"), "utf8")).toContain(`${toSshKeyLine(signer)} `);
  });

  /** git asks for the principals of a key, and then verifies for each of them until one is accepted. */
  describe("finds the principal that we find", () => {
    function theirs(file: string): string | undefined {
      const signers = sandbox.write("allowed_signers", file);
      const signature = sandbox.write("signature", signSsh(Buffer.from(MESSAGE), key));
      const found = sandbox
        .run("ssh-keygen", ["-Y", "find-principals", "-f", signers, "-s", signature])
        .toString();
      return found.split("\n").find((principal) => {
        const args = ["-Y", "verify", "-n", "git", "-I", principal, "-f", signers, "-s", signature];
        return principal !== "" && succeeds(args, MESSAGE);
      });
    }

    it.each([
      ["alice", "alice"],
      ["alice,bob", "alice"],
      ["!bob,alice", "alice"],
      ["!alice", undefined],
      ["alice,!alice", undefined],
      ["alice,!a*,bob", "bob"],
      ["*", "*"],
      ["*,!alice", "*"],
      ["al?ce", "al?ce"],
      ['"alice b"', "alice b"],
    ])("of %s", (principals, expected) => {
      const file = `${principals} ${toSshKeyLine(key)}\n`;
      const parsed = parseAllowedSigners(file);
      expect(parsed.ok && parsed.value.signers[0]?.principal).toBe(expected);
      expect(theirs(file)).toBe(expected);
    });
  });

  /** Whether an entry lets `alice` sign at a time, by ssh-keygen and by us; null where we refuse the file. */
  describe("reads allowed_signers as we do", () => {
    const AT = { shown: "20260615120000", time: new Date(2026, 5, 15, 12).getTime() };

    function ours(file: string): boolean | null {
      const parsed = parseAllowedSigners(file);
      if (!parsed.ok) return null;
      return parsed.value.signers.some(
        ({ validAfter = Number.NEGATIVE_INFINITY, validBefore = Number.POSITIVE_INFINITY }) =>
          validAfter <= AT.time && AT.time < validBefore,
      );
    }

    function theirs(file: string): boolean {
      return accepts(signSsh(Buffer.from(MESSAGE), key), file, [`-Overify-time=${AT.shown}`]);
    }

    it.each([
      ["alice KEY", true],
      ['"alice" KEY', true],
      ["alice\tKEY a comment", true],
      ['alice namespaces="git" KEY', true],
      ['alice namespaces="file,gi*" KEY', true],
      ['alice namespaces="file" KEY', false],
      ['alice namespaces="*,!git" KEY', false],
      ['alice NameSpaces="git" KEY', true],
      ["alice cert-authority KEY", false],
      ['alice valid-after="20260615" KEY', true],
      ['alice valid-after="20260616" KEY', false],
      ['alice valid-after="202606151200" KEY', true],
      ['alice valid-after="202606151201" KEY', false],
      ['alice valid-before="20260615120000" KEY', true],
      ['alice valid-before="20260615115959" KEY', false],
      ['alice valid-before="20260616",valid-after="20260601" KEY', true],
      ['alice valid-before="20250101" KEY\nalice valid-after="20260101" KEY', true],
    ])("%s", (entry, expected) => {
      const file = `${entry.replaceAll("KEY", toSshKeyLine(key))}\n`;
      expect(ours(file)).toBe(expected);
      expect(theirs(file)).toBe(expected);
    });

    it.each([
      "alice valid-after=20260101 KEY",
      'alice valid-after="2026" KEY',
      'alice verify-required="x" KEY',
      'alice namespaces="git",namespaces="git" KEY',
      'alice valid-after="20270101",valid-before="20260101" KEY',
      'alice namespaces="git, KEY',
      "alice ssh-ed25519 AAAA",
      "alice",
    ])("where it lets nobody in, we refuse the file: %s", (entry) => {
      const file = `${entry.replaceAll("KEY", toSshKeyLine(key))}\n`;
      expect(ours(file)).toBeNull();
      expect(theirs(file)).toBe(false);
    });
  });
});
