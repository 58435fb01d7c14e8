import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseCommit } from "../../../src/git/index.ts";
import { parseX509Authorities } from "../../../src/signatures/x509/material.ts";
import type { X509Verdict } from "../../../src/signatures/x509/verify.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Gpgsm } from "./gpgsm.ts";
import { verifyArmored } from "./judge.ts";
import { Openssl } from "./openssl.ts";

const DAY = 24 * 60 * 60 * 1000;

/** git's own word for a commit (`%G?`), and ours. */
const EXPECTED = {
  "signed by alice": { git: "G", code: "good" },
  "signed and changed": { git: "B", code: "BAD_SIGNATURE" },
  "signed by another bank": { git: "U", code: "CERTIFICATE_UNTRUSTED" },
  "not signed": { git: "N", code: "unsigned" },
  // gpgsm reads the first of them; which one counts is not for a reader to choose.
  "signed twice": { git: "G", code: "MALFORMED_SIGNATURE" },
} as const;

function codeOf(verdict: X509Verdict | "unsigned"): string {
  if (verdict === "unsigned") return verdict;
  return verdict.ok ? "good" : verdict.code;
}

describeWithTools(["git", "gpgsm", "openssl", "time"], "a repository that git signed through gpgsm", () => {
  let sandbox: Sandbox;
  let openssl: Openssl;
  let judgements: Map<string, string>;
  const made = new Map<string, string>();

  function commit(what: string, signer: string | undefined): void {
    const signing = signer === undefined ? ["--no-gpg-sign"] : [`-S${signer}@bank.example`];
    sandbox.git("commit", "-q", "--allow-empty", "-m", what, ...signing);
    made.set(what, sandbox.head());
  }

  function craft(what: string, from: string, change: (commit: string) => string): void {
    const bytes = sandbox.commitBytes(made.get(from) ?? "").toString("latin1");
    made.set(what, sandbox.commitRaw(Buffer.from(change(bytes), "latin1")));
  }

  beforeAll(() => {
    sandbox = new Sandbox();
    sandbox.git("config", "gpg.format", "x509");
    const gpgsm = new Gpgsm(sandbox);
    openssl = new Openssl(sandbox);
    const other = new Openssl(sandbox, "other");
    gpgsm.import(openssl, openssl.issue("alice"));
    gpgsm.import(other, other.issue("eve"));
    // gpgsm signs with what it trusts alone.
    gpgsm.trust(openssl, other);
    commit("signed by another bank", "eve");
    commit("signed by alice", "alice");
    gpgsm.trust(openssl);
    commit("not signed", undefined);
    craft("signed and changed", "signed by alice", (text) =>
      text.replace("signed by alice", "signed by Alice"),
    );
    craft("signed twice", "signed by alice", (text) => {
      const [armored = ""] = /(?<=gpgsig )-----BEGIN[\s\S]*?-----END SIGNED MESSAGE-----/.exec(text) ?? [];
      return text.replace(armored, `${armored}\n ${armored}`);
    });
    judgements = new Map(
      [...made].map(([what, oid]) => [what, sandbox.git("log", "-1", "--format=%G?", oid)]),
    );
  });

  afterAll(() => sandbox[Symbol.dispose]());

  function judge(what: string, at = Date.now()): X509Verdict | "unsigned" {
    const parsed = parseCommit(sandbox.commitBytes(made.get(what) ?? ""));
    const roots = parseX509Authorities(readFileSync(openssl.ca.certificate, "utf8"));
    if (!parsed.ok || !roots.ok) throw new Error("git or openssl wrote what cannot be read");
    const { payload, signature, committer } = parsed.value;
    if (signature === undefined) return "unsigned";
    const trusted = { name: "bank", roots: roots.value, intermediates: [], revocationLists: [] };
    return verifyArmored(payload, signature, trusted, { now: at, claimed: committer.at });
  }

  describe("is judged as git judges it", () => {
    it.each(Object.entries(EXPECTED))("%s", (what, { git, code }) => {
      expect(judgements.get(what)).toBe(git);
      expect(codeOf(judge(what))).toBe(code);
    });
  });

  it("says who signed, and until when that counts", () => {
    expect(judge("signed by alice")).toMatchObject({
      ok: true,
      signer: { subject: "O=Bank, CN=alice", emails: ["alice@bank.example"] },
    });
    expect(judge("signed by alice", Date.now() + 11 * DAY)).toMatchObject({ ok: false, code: "KEY_EXPIRED" });
  });
});
