import { afterAll, beforeAll, expect, it } from "vitest";
import { runCli } from "../../support/cli.ts";
import { describeWithTools } from "../../support/tools.ts";
import { randomFrom } from "../crash/random.ts";
import { Gpg } from "./gpg.ts";
import { Sandbox } from "./sandbox.ts";

/** In each repository. A thousand in CI. */
const COMMITS = Number(process.env.SLUICE_DIFFERENTIAL_COMMITS ?? 20);
const SEED = Number(process.env.SLUICE_DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** What may be wrong with a commit; one in three has something. */
const KINDS = ["good", "unsigned", "stranger", "expired", "tampered"] as const;
type Kind = (typeof KINDS)[number];

function pickKinds(seed: number): Kind[] {
  const random = randomFrom(seed);
  const drawn = Array.from({ length: COMMITS - KINDS.length }, () =>
    random() < 2 / 3 ? "good" : (KINDS[1 + Math.floor(random() * (KINDS.length - 1))] ?? "good"),
  );
  return [...KINDS, ...drawn];
}

interface Signer {
  /** What git is told, beside `commit`. */
  readonly config: (kind: Kind) => readonly string[];
  readonly env?: (kind: Kind) => NodeJS.ProcessEnv;
}

function makeCommits(sandbox: Sandbox, kinds: readonly Kind[], { config, env = () => ({}) }: Signer): void {
  for (const [index, kind] of kinds.entries()) {
    const signing = kind === "unsigned" ? ["--no-gpg-sign"] : ["-S"];
    const message = `${kind} ${index}`;
    const args = [...config(kind), "commit", "-q", "--allow-empty", "-m", message, ...signing];
    sandbox.gitWith({ env: env(kind) }, ...args);
    if (kind !== "tampered") continue;
    const bytes = sandbox.commitBytes("HEAD").toString().replace("tampered", "Tampered");
    sandbox.commitRaw(Buffer.from(bytes));
  }
}

interface Report {
  readonly counts: { readonly total: number };
  readonly commits: readonly { readonly oid: string; readonly code: string | null }[];
}

/** `<git's letter> <our code>` of each commit, with how many there are. */
async function compare(sandbox: Sandbox, ...trust: readonly string[]): Promise<Record<string, number>> {
  const args = ["verify", "commits", "--repo", sandbox.repo, "--start", "root", ...trust, "--output", "json"];
  const { code, stdout, stderr } = await runCli(args);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  const { counts, commits } = JSON.parse(stdout) as Report;
  expect(counts.total).toBe(COMMITS);
  const judgements = sandbox.judgements();
  expect(commits.map(({ oid }) => oid).sort()).toEqual([...judgements.keys()].sort());
  const pairs = commits.map(({ oid, code }) => `${judgements.get(oid)} ${code ?? "verified"}`);
  return Object.fromEntries([...Map.groupBy(pairs, (pair) => pair)].map(([pair, all]) => [pair, all.length]));
}

function countsOf(kinds: readonly Kind[], pairs: Record<Kind, string>): Record<string, number> {
  return Object.fromEntries(KINDS.map((kind) => [pairs[kind], kinds.filter((each) => each === kind).length]));
}

const title = `${COMMITS} commits, SLUICE_DIFFERENTIAL_SEED=${SEED}`;
const timeout = 60_000 + COMMITS * 200;

describeWithTools(["git", "ssh-keygen"], "beside git, on commits signed with SSH keys", () => {
  let sandbox: Sandbox;
  let allowed: string;
  const kinds = pickKinds(SEED);
  beforeAll(() => {
    sandbox = new Sandbox();
    const lines = ["good", "expired", "stranger"].map((name) => {
      const path = sandbox.path(name);
      sandbox.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path]);
      const publicKey = sandbox
        .run("cat", [`${path}.pub`])
        .toString()
        .trim();
      const options = name === "expired" ? 'valid-before="20200101Z"' : 'namespaces="git"';
      return name === "stranger" ? "" : `${name}@bank.example ${options} ${publicKey}`;
    });
    allowed = sandbox.write("allowed_signers", `${lines.join("\n")}\n`);
    sandbox.git("config", "gpg.format", "ssh");
    sandbox.git("config", "gpg.ssh.allowedSignersFile", allowed);
    const keyOf = (kind: Kind) => sandbox.path(kind === "stranger" || kind === "expired" ? kind : "good");
    makeCommits(sandbox, kinds, { config: (kind) => ["-c", `user.signingkey=${keyOf(kind)}`] });
  }, timeout);
  afterAll(() => sandbox?.[Symbol.dispose]());

  it(title, { timeout }, async () => {
    expect(await compare(sandbox, "--allowed-signers", allowed)).toEqual(
      countsOf(kinds, {
        good: "G verified",
        unsigned: "N UNSIGNED",
        stranger: "U UNKNOWN_KEY",
        expired: "U KEY_EXPIRED",
        tampered: "B BAD_SIGNATURE",
      }),
    );
  });
});

describeWithTools(["git", "gpg"], "beside git, on commits signed with OpenPGP keys", () => {
  let sandbox: Sandbox;
  let keys: string;
  const kinds = pickKinds(SEED + 1);
  beforeAll(() => {
    sandbox = new Sandbox();
    const gpg = new Gpg(sandbox);
    gpg.makeKey("good", "ed25519", "sign");
    gpg.makeKey("stranger", "ed25519", "sign");
    gpg.makeKey("expired", "ed25519", "sign", "2024-01-04", "20240101T120000");
    keys = sandbox.write("keys.pgp", gpg.export("good", "expired"));
    const nameOf = (kind: Kind) => (kind === "stranger" || kind === "expired" ? kind : "good");
    makeCommits(sandbox, kinds, {
      config: (kind) => ["-c", `user.signingkey=${nameOf(kind)}@bank.example`],
      env: (kind) => ({ GPG_ARGS: kind === "expired" ? "--faked-system-time 20240103T120000!" : "" }),
    });
    gpg.forget("stranger");
  }, timeout);
  afterAll(() => sandbox?.[Symbol.dispose]());

  it(title, { timeout }, async () => {
    expect(await compare(sandbox, "--openpgp-keys", keys)).toEqual(
      countsOf(kinds, {
        good: "G verified",
        unsigned: "N UNSIGNED",
        stranger: "E UNKNOWN_KEY",
        expired: "Y KEY_EXPIRED",
        tampered: "B BAD_SIGNATURE",
      }),
    );
  });
});
