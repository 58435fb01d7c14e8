import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  isRevoked,
  parseSshKeyLine,
  type RevokedKeys,
  readRevocations,
  toSshKeyLine,
} from "../../../src/signatures/index.ts";
import { parseSshCertificate } from "../../../src/signatures/ssh/certificate.ts";
import { trustKeyFiles } from "../../../src/trust/index.ts";
import { judgeSignature } from "../../../src/trust/judge-signature.ts";
import { describeWithTools } from "../../support/tools.ts";
import { ed25519 } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Authority, MESSAGE, readBlob, signCertified, succeeds } from "./authority.ts";

/** Who is asked about, in the order of the answers below. */
const SUBJECTS = ["alice", "bob", "alice by one", "bob by one", "alice by two"] as const;

/** A specification as `ssh-keygen -k` reads it, the authority that it is about, and who of the above is revoked. */
type Case = readonly [specification: string, authority: "one" | "two" | "none" | undefined, revoked: string];

/** 1 where the subject is revoked. */
const CASES: readonly Case[] = [
  ["key: ALICE", undefined, "10101"],
  ["sha1: ALICE", undefined, "10101"],
  ["sha256: ALICE", undefined, "10101"],
  ["hash: ALICE'S", undefined, "10101"],
  ["key: BOB\nsha1: ALICE", undefined, "11111"],
  ["key: ONE", undefined, "00110"],
  ["sha256: TWO", undefined, "00001"],
  ["key: STRANGER", undefined, "00000"],
  ["serial: 5", "one", "00100"],
  ["serial: 5", "two", "00001"],
  ["serial: 5", "none", "00101"],
  ["serial: 4", "one", "00000"],
  ["serial: 6", "one", "00000"],
  ["serial: 4-5", "one", "00100"],
  ["serial: 1-4", "one", "00000"],
  ["serial: 6-1000000", "one", "00000"],
  ["serial: 1-18446744073709551615", "one", "00100"],
  ["serial: 1-3\nserial: 4-9\nserial: 20-30", "one", "00100"],
  ["serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 9\nserial: 11\nserial: 13", "one", "00100"],
  ["serial: 1\nserial: 4\nserial: 6\nserial: 8\nserial: 9\nserial: 11\nserial: 13", "one", "00000"],
  ["serial: 18446744073709551615\nserial: 5\nserial: 900000000000", "one", "00100"],
  ["id: alice's", "one", "00100"],
  ["id: bob's", "one", "00010"],
  ["id: alice's", "none", "00101"],
  ["id: alice", "one", "00000"],
  ["id: bob's\nserial: 5\nsha256: BOB", "one", "01110"],
  ["CERTIFICATE OF ALICE", undefined, "00100"],
  ["CERTIFICATE OF BOB", undefined, "00010"],
  ["", undefined, "00000"],
];

describeWithTools(["git", "ssh-keygen"], "lists of revoked keys", () => {
  let sandbox: Sandbox;
  let one: Authority;
  let two: Authority;
  const alice = ed25519();
  const bob = ed25519();
  /** The files of the subjects' keys and certificates. */
  let files: Readonly<Record<(typeof SUBJECTS)[number], string>>;

  beforeAll(() => {
    sandbox = new Sandbox();
    [one, two] = [new Authority(sandbox, "one"), new Authority(sandbox, "two", "ecdsa")];
    const certify = (by: Authority, key: KeyObject, keyId: string, serial: number): string =>
      by.certify(toSshKeyLine(key), { principals: ["alice"], keyId, serial });
    files = {
      alice: sandbox.write("alice.pub", `${toSshKeyLine(alice)}\n`),
      bob: sandbox.write("bob.pub", `${toSshKeyLine(bob)}\n`),
      "alice by one": certify(one, alice, "alice's", 5),
      "bob by one": certify(one, bob, "bob's", 0),
      "alice by two": certify(two, alice, "alice's", 5),
    };
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function makeKrl([specification, authority]: Case, ...more: readonly string[]): string {
    const texts: Readonly<Record<string, string>> = {
      "ALICE'S": fingerprintOf(alice),
      ALICE: toSshKeyLine(alice),
      BOB: toSshKeyLine(bob),
      ONE: one.line,
      TWO: two.line,
      STRANGER: toSshKeyLine(ed25519()),
      "CERTIFICATE OF ALICE": readFileSync(files["alice by one"], "utf8").trim(),
      "CERTIFICATE OF BOB": readFileSync(files["bob by one"], "utf8").trim(),
    };
    const written = specification.replaceAll(
      /CERTIFICATE OF [A-Z]+|ALICE'S|[A-Z]{3,}/g,
      (name) => texts[name] ?? name,
    );
    const scope = { one: one.publicFile, two: two.publicFile, none: "none" };
    const by = authority === undefined ? [] : ["-s", scope[authority]];
    const args = ["-q", "-k", "-f", sandbox.path("krl"), ...more, ...by];
    sandbox.run("ssh-keygen", [...args, sandbox.write("specification", `${written}\n`)]);
    return sandbox.path("krl");
  }

  function read(bytes: Uint8Array): RevokedKeys {
    const parsed = readRevocations(bytes);
    if (!parsed.ok) throw new Error(parsed.refusals[0].message);
    return parsed.value;
  }

  function ours(list: RevokedKeys): string {
    return SUBJECTS.map((name) => {
      const subject = name.includes(" by ")
        ? parseSshCertificate(readBlob(files[name]))
        : parseSshKeyLine(readFileSync(files[name], "utf8"));
      if (!subject.ok) throw new Error(subject.refusals[0].message);
      return isRevoked(list, subject.value) ? "1" : "0";
    }).join("");
  }

  describe("that ssh-keygen makes are read as it reads them", () => {
    it.each(CASES)("%j of %s: %s", (...listed) => {
      const krl = makeKrl(listed);
      const theirs = SUBJECTS.map((name) =>
        succeeds(sandbox, "ssh-keygen", ["-Q", "-f", krl, files[name]]) ? "0" : "1",
      );
      expect(ours(read(readFileSync(krl)))).toBe(listed[2]);
      expect(theirs.join("")).toBe(listed[2]);
    });
  });

  it("say their version, and keep what they revoked when they are updated", () => {
    makeKrl(["serial: 5", "one", ""], "-z", "7");
    const krl = makeKrl(["key: BOB", undefined, ""], "-u", "-z", "8");
    expect(read(readFileSync(krl))).toMatchObject({ version: 8n, signedBy: [] });
    expect(ours(read(readFileSync(krl)))).toBe("01110");
  });

  describe("may be files of public keys", () => {
    const lists: readonly (readonly [title: string, lines: () => string, revoked: string])[] = [
      ["a key", () => `# gone\n\n  ${toSshKeyLine(alice)} comment\r\n`, "10101"],
      ["an authority", () => one.line, "00110"],
      ["a certificate, which stands for its key", () => readFileSync(files["alice by two"], "utf8"), "10101"],
      ["nobody", () => "# nobody\n", "00000"],
    ];

    it.each(lists)("%s", (_, lines, revoked) => {
      const file = sandbox.write("revoked", lines());
      expect(ours(read(readFileSync(file)))).toBe(revoked);
    });

    it.each(["ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa AAAAC3NzaC1lZDI1NTE5", "alice"])(
      "but not with %j",
      (line) => {
        const parsed = readRevocations(Buffer.from(`${toSshKeyLine(alice)}\n${line}\n`));
        expect(parsed.ok ? [] : parsed.refusals.map(({ code, subject }) => [code, subject])).toEqual([
          ["MALFORMED_REVOKED_KEYS", "line 2"],
        ]);
      },
    );
  });

  describe("stop what is signed with such a key, for ssh-keygen and for us", () => {
    const lists: readonly (readonly [title: string, revoked: () => Buffer, code: string])[] = [
      [
        "a KRL with the certificate's serial",
        () => readFileSync(makeKrl(["serial: 5", "one", ""])),
        "KEY_REVOKED",
      ],
      ["a KRL with another serial", () => readFileSync(makeKrl(["serial: 6", "one", ""])), "accepted"],
      ["a file with the key", () => Buffer.from(toSshKeyLine(alice)), "KEY_REVOKED"],
      ["a file with the authority", () => Buffer.from(one.line), "KEY_REVOKED"],
      ["a file with another key", () => Buffer.from(toSshKeyLine(bob)), "accepted"],
    ];

    it.each(lists)("%s", async (_, revoked, expected) => {
      const list = sandbox.write("list", revoked());
      const entry = `alice cert-authority ${one.line}\n`;
      const signature = signCertified(alice, readBlob(files["alice by one"]));
      const { trust } = await trustKeyFiles({
        allowedSigners: [{ origin: "signers", bytes: Buffer.from(entry) }],
        openpgpKeys: [],
        revokedKeys: [{ origin: "list", bytes: readFileSync(list) }],
      });
      const signed = { payload: MESSAGE, signature, claimedAt: Date.now() };
      const { problem } = await judgeSignature(signed, trust, Date.now());
      expect(problem?.code ?? "accepted").toBe(expected);
      const args = ["-Y", "verify", "-n", "git", "-I", "alice", "-r", list];
      const given = ["-f", sandbox.write("signers", entry), "-s", sandbox.write("signature", signature)];
      expect(succeeds(sandbox, "ssh-keygen", [...args, ...given], MESSAGE)).toBe(expected === "accepted");
    });
  });
});

function fingerprintOf(key: KeyObject): string {
  const parsed = parseSshKeyLine(toSshKeyLine(key));
  if (!parsed.ok) throw new Error(parsed.refusals[0].message);
  return parsed.value.fingerprint;
}
