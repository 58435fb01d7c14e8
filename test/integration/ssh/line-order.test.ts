import { afterAll, beforeAll, expect, it } from "vitest";
import { toSshKeyLine } from "../../../src/signatures/index.ts";
import { trustKeyFiles, verifyCommits } from "../../../src/trust/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { addSignature, commitObject, ed25519, rawCommit, sshSigned } from "../commits/objects.ts";
import { Sandbox } from "../commits/sandbox.ts";
import { Authority, signCertified } from "./authority.ts";

/** When the commits say that they were made. */
const AT = Date.UTC(2026, 0, 1, 12);

/**
 * What a file makes of a commit. `stricter`: refused here and let in by git, for which a line hides others only while
 * its window is open, and only where no other hides it.
 */
type Answer = "accepted" | "refused" | "stricter" | `accepted, and git says ${string}`;

/** Lines of one file, all with the same key: what stands before the key. */
const LINES = [
  "alice",
  "bob",
  "*",
  "!alice,*",
  "alice,!alice",
  'alice namespaces="file"',
  'bob,alice namespaces="file"',
  'alice namespaces="git"',
  'alice valid-before="20250101Z"',
  'alice namespaces="file",valid-before="20250101Z"',
] as const;

const pairs = LINES.flatMap((first) => LINES.map((second) => [first, second]));
const triples = pairs.flatMap(([first = "", second = ""], index) =>
  // One third line for each pair, another each time.
  [LINES[index % 7]].map((third = "alice") => [first, second, third]),
);

describeWithTools(["git", "ssh-keygen", "time"], "lines of an allowed_signers file with one key", () => {
  let sandbox: Sandbox;

  beforeAll(() => {
    sandbox = new Sandbox();
    sandbox.git("config", "gpg.ssh.allowedSignersFile", sandbox.path("signers"));
  });

  afterAll(() => sandbox[Symbol.dispose]());

  async function compare(commit: Buffer, lines: readonly string[]): Promise<Answer> {
    const file = `${lines.join("\n")}\n`;
    sandbox.write("signers", file);
    const oid = sandbox.commitRaw(commit);
    const git = sandbox.git("log", "-1", "--format=%G?", oid);
    const allowedSigners = [{ origin: "signers", bytes: Buffer.from(file) }];
    // A file in which nobody is left is refused whole.
    const material = await trustKeyFiles({ allowedSigners, openpgpKeys: [] }).catch(() => undefined);
    if (material === undefined) return git === "G" ? "stricter" : "refused";
    const [record] = await Array.fromAsync(verifyCommits([rawCommit(commit)], material.trust, AT));
    const accepted = record?.verdict === "verified";
    if (accepted) return git === "G" ? "accepted" : `accepted, and git says ${git}`;
    return git === "G" ? "stricter" : "refused";
  }

  /** How many files end how. */
  async function tally(commit: Buffer, key: string, files: readonly (readonly string[])[]) {
    const answers: Answer[] = [];
    for (const lines of files) {
      const whole = lines.map((line) => `${line} ${key}`);
      answers.push(await compare(commit, whole));
    }
    const counted = Map.groupBy(answers, (answer) => answer);
    return Object.fromEntries([...counted].map(([answer, { length }]) => [answer, length]));
  }

  it("let in nobody whom git refuses", async () => {
    const key = ed25519();
    const answers = await tally(sshSigned(key, { at: AT }), toSshKeyLine(key), [...pairs, ...triples]);
    expect(answers).toEqual({ accepted: 152, refused: 42, stricter: 6 });
  }, 120_000);

  it("let in nobody by a certificate whom git refuses", async () => {
    const key = ed25519();
    const authority = new Authority(sandbox, "authority");
    const commit = commitObject({ at: AT });
    const certificate = authority.certificate(key, { principals: ["alice", "carol"] });
    const signed = addSignature(commit, signCertified(key, certificate, commit));
    const files = pairs.map((lines) => lines.map(toAuthorityLine));
    expect(await tally(signed, authority.line, files)).toEqual({ accepted: 60, refused: 39, stricter: 1 });
  }, 120_000);
});

function toAuthorityLine(line: string): string {
  const [principals = "", options] = line.split(" ");
  return `${principals} cert-authority${options === undefined ? "" : `,${options}`}`;
}
