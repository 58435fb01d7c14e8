import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommitRecord, trustKeyFiles, verifyCommits } from "../../../src/trust/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { Gpg, type GpgTime } from "./gpg.ts";
import { addSignature } from "./objects.ts";
import { Sandbox } from "./sandbox.ts";

const PAST: GpgTime = "20240101T120000";
const LATER: GpgTime = "20240103T120000";

/** git's own word for a commit (`%G?`), and ours. */
interface Case {
  readonly git: string;
  readonly code: string | null;
}

interface Signing {
  readonly at?: GpgTime;
  /** More arguments for gpg. */
  readonly args?: string;
}

describeWithTools(["git", "gpg"], "a repository that git signed with OpenPGP keys", () => {
  let sandbox: Sandbox;
  let gpg: Gpg;
  let judgements: Map<string, string>;
  let records: readonly CommitRecord[];
  const made = new Map<string, string>();

  function commit(what: string, key: string | undefined, { at, args = "" }: Signing = {}): void {
    const faked = at === undefined ? "" : `--faked-system-time ${at}!`;
    const signing = key === undefined ? ["--no-gpg-sign"] : [`-S${key}@bank.example`];
    const env = { GPG_ARGS: `${faked} ${args}` };
    sandbox.gitWith({ env }, "commit", "-q", "--allow-empty", "-m", what, ...signing);
    made.set(what, sandbox.head());
  }

  function craft(what: string, key: string, make: (unsigned: Buffer, armored: string) => Buffer): void {
    sandbox.git("commit", "-q", "--allow-empty", "-m", what, "--no-gpg-sign");
    const unsigned = sandbox.commitBytes("HEAD");
    const args = ["--batch", "--armor", "--local-user", gpg.fingerprint(key), "--detach-sign"];
    const armored = gpg.run(args, { input: unsigned.toString() }).toString();
    made.set(what, sandbox.commitRaw(make(unsigned, armored)));
  }

  function makeGoodCommits(): void {
    for (const algorithm of ["ed25519", "rsa3072", "nistp256", "nistp384", "nistp521"]) {
      gpg.makeKey(algorithm, algorithm, "sign");
      commit(`signed with ${algorithm}`, algorithm);
    }
    gpg.makeKey("subkey", "rsa2048", "cert");
    gpg.addSubkey("subkey", "ed25519");
    commit("signed with a subkey", "subkey");
    gpg.makeKey("extended", "ed25519", "sign", "2024-01-02", PAST);
    commit("signed before the key was extended", "extended", { at: PAST });
    gpg.run(["--batch", "--quick-set-expire", gpg.fingerprint("extended"), "0"]);
    commit("signed over SHA-512", "ed25519", { args: "--digest-algo SHA512" });
    commit("signed as text", "ed25519", { args: "--textmode" });
  }

  function makeKeysThatEnded(): void {
    gpg.makeKey("expired", "ed25519", "sign", "2024-01-04", PAST);
    commit("signed before the key expired", "expired", { at: LATER });
    gpg.makeKey("oldsub", "ed25519", "cert", "never", PAST);
    gpg.addSubkey("oldsub", "ed25519", "2024-01-04", PAST);
    commit("signed before the subkey expired", "oldsub", { at: LATER });
    gpg.makeKey("lost", "ed25519", "sign", "never", PAST);
    commit("signed before the key was compromised", "lost", { at: LATER });
    gpg.revoke("lost", 1);
    gpg.makeKey("retired", "ed25519", "sign", "never", PAST);
    commit("signed before the key was retired", "retired", { at: LATER });
    gpg.revoke("retired", 3);
    gpg.makeKey("lostsub", "ed25519", "cert", "never", PAST);
    gpg.addSubkey("lostsub", "ed25519", "never", PAST);
    commit("signed before the subkey was revoked", "lostsub", { at: LATER });
    gpg.revokeSubkey("lostsub");
  }

  function makeBadCommits(): void {
    commit("unsigned", undefined);
    gpg.makeKey("stranger", "ed25519", "sign");
    commit("signed by a stranger", "stranger");
    commit("with a signature that expired", "retired-not", { at: PAST, args: "--default-sig-expire 1d" });
    craft("changed afterwards", "ed25519", (bytes, armored) =>
      addSignature(Buffer.from(bytes.toString().replace("changed", "altered")), armored),
    );
    craft("signed twice", "ed25519", (bytes, armored) => addSignature(bytes, twice(armored)));
    commit("signed before the key was made", "ed25519", { at: PAST, args: "--ignore-time-conflict" });
  }

  function makeCommitsThatGitTakes(): void {
    commit("over SHA-1", "rsa3072", { args: "--digest-algo SHA1" });
    for (const algorithm of ["rsa1024", "dsa2048", "secp256k1", "brainpoolP256r1"]) {
      gpg.makeKey(algorithm, algorithm, "sign");
      commit(`signed with ${algorithm}`, algorithm);
    }
    gpg.run([
      "--batch",
      "--cert-digest-algo",
      "SHA1",
      "--quick-gen-key",
      "weakself <weakself@bank.example>",
      "rsa2048",
      "sign",
      "never",
    ]);
    commit("signed with a key that SHA-1 holds together", "weakself");
  }

  function twice(armored: string): string {
    const binary = gpg.run(["--batch", "--dearmor"], { input: armored });
    const base64 = Buffer.concat([binary, binary]).toString("base64");
    return `-----BEGIN PGP SIGNATURE-----\n\n${base64}\n-----END PGP SIGNATURE-----\n`;
  }

  beforeAll(async () => {
    sandbox = new Sandbox();
    gpg = new Gpg(sandbox);
    gpg.makeKey("retired-not", "ed25519", "sign", "never", PAST);
    makeGoodCommits();
    makeKeysThatEnded();
    makeBadCommits();
    makeCommitsThatGitTakes();
    const keys = gpg.run(["--export"]);
    gpg.run(["--batch", "--delete-secret-and-public-key", gpg.fingerprint("stranger")]);
    judgements = sandbox.judgements();
    const trusted = gpg.run(["--export"]);
    expect(trusted.length).toBeLessThan(keys.length);
    const { trust } = await trustKeyFiles({
      allowedSigners: [],
      openpgpKeys: [{ origin: "keyring", bytes: trusted }],
    });
    records = await Array.fromAsync(verifyCommits(await sandbox.commits(), trust, Date.now()));
  }, 120_000);

  afterAll(() => sandbox[Symbol.dispose]());

  const CASES: Record<string, Case> = {
    "signed with ed25519": { git: "G", code: null },
    "signed with rsa3072": { git: "G", code: null },
    "signed with nistp256": { git: "G", code: null },
    "signed with nistp384": { git: "G", code: null },
    "signed with nistp521": { git: "G", code: null },
    "signed with a subkey": { git: "G", code: null },
    "signed before the key was extended": { git: "G", code: null },
    "signed over SHA-512": { git: "G", code: null },
    "signed as text": { git: "G", code: null },
    "signed before the key expired": { git: "Y", code: "KEY_EXPIRED" },
    "signed before the subkey expired": { git: "Y", code: "KEY_EXPIRED" },
    "signed before the key was compromised": { git: "R", code: "KEY_REVOKED" },
    "signed before the key was retired": { git: "R", code: "KEY_REVOKED" },
    "signed before the subkey was revoked": { git: "R", code: "KEY_REVOKED" },
    unsigned: { git: "N", code: "UNSIGNED" },
    "signed by a stranger": { git: "E", code: "UNKNOWN_KEY" },
    "with a signature that expired": { git: "X", code: "SIGNATURE_EXPIRED" },
    "changed afterwards": { git: "B", code: "BAD_SIGNATURE" },
    "signed twice": { git: "E", code: "MALFORMED_SIGNATURE" },
    "signed before the key was made": { git: "E", code: "KEY_NOT_YET_VALID" },
    // Stricter than gpg, on purpose.
    "over SHA-1": { git: "G", code: "WEAK_ALGORITHM" },
    "signed with rsa1024": { git: "G", code: "WEAK_ALGORITHM" },
    "signed with dsa2048": { git: "G", code: "WEAK_ALGORITHM" },
    "signed with secp256k1": { git: "G", code: "UNSUPPORTED_ALGORITHM" },
    "signed with brainpoolP256r1": { git: "G", code: "UNSUPPORTED_ALGORITHM" },
    "signed with a key that SHA-1 holds together": { git: "G", code: "KEY_INVALID" },
  };

  it.each(Object.entries(CASES))("%s", (what, { git, code }) => {
    const oid = made.get(what) ?? "";
    expect(judgements.get(oid)).toBe(git);
    expect(records.find((record) => record.oid === oid)?.code).toBe(code);
  });

  it("has no commit that was not looked at", () => {
    expect(new Set(records.map(({ oid }) => oid))).toEqual(new Set(judgements.keys()));
    expect(new Set(made.keys())).toEqual(new Set(Object.keys(CASES)));
  });

  it("names the key and the signer that git names", () => {
    const oid = made.get("signed with a subkey") ?? "";
    expect(records.find((record) => record.oid === oid)).toMatchObject({
      key: sandbox.git("log", "-1", "--format=%GF", oid),
      signer: sandbox.git("log", "-1", "--format=%GS", oid),
    });
  });
});
