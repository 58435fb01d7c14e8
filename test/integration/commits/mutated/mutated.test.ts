import { expect, it } from "vitest";
import { hashObject } from "../../../../src/git/index.ts";
import { type CommitRecord, verifyCommits } from "../../../../src/trust/index.ts";
import { describeWithTools } from "../../../support/tools.ts";
import { randomFrom } from "../../crash/random.ts";
import { addSignature, commitObject, DAY, HOUR } from "../objects.ts";
import { Sandbox } from "../sandbox.ts";
import { type Draw, MUTATIONS } from "./mutations.ts";
import { type MakeWorld, openpgpWorld, type Sign, sshWorld, type World, x509World } from "./worlds.ts";

/** Of all schemes together. A hundred times that in CI. */
const COMMITS = Number(process.env.SLUICE_MUTATED_COMMITS ?? 100);
const SEED = Number(process.env.SLUICE_DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 2 ** 32));

interface Made {
  /** Who signed, and what was done to the commit then. */
  readonly what: string;
  readonly bytes: Buffer;
}

function pick<T>(choices: readonly T[], draw: Draw): T {
  const [chosen] = choices.slice(draw(choices.length));
  if (chosen === undefined) throw new TypeError("nothing to choose from");
  return chosen;
}

/** A commit that git could have made, signed, and then changed so many times. */
async function makeCommit(
  [who, sign]: readonly [who: string, sign: Sign],
  now: number,
  draw: Draw,
  changes: number,
): Promise<Made> {
  const payload = commitObject({
    at: pick([now - HOUR, now - HOUR, now - 250 * DAY, now - 450 * DAY, now + 3 * DAY], draw),
    author: pick(["Alice <alice@bank.example> 1 +0000", "Zoë <z@bank.example> 1700000000 -0730"], draw),
    parents: Array.from({ length: draw(3) }, () => "1".repeat(40)),
    message: pick(
      ["change\n", "no end", "\n\n", "", "über\n\nmore\n", "-----BEGIN PGP SIGNATURE-----\n"],
      draw,
    ),
    extra: pick([[], [], ["encoding ISO-8859-1"], ["x-extra one\n two"]], draw),
  });
  let commit = addSignature(payload, await sign(payload)).toString("latin1");
  const done: string[] = [];
  while (done.length < changes) {
    const [name, mutate] = pick(Object.entries(MUTATIONS), draw);
    commit = mutate(commit, draw);
    done.push(name);
  }
  return { what: `${who}: ${done.join(", ") || "unchanged"}`, bytes: Buffer.from(commit, "latin1") };
}

/** First one by each signer as it is, then as many more as there are to be. */
async function makeCommits({ signers }: World, now: number, draw: Draw, count: number): Promise<Made[]> {
  const made: Made[] = [];
  const everybody = Object.entries(signers);
  for (const signer of everybody) made.push(await makeCommit(signer, now, () => 0, 0));
  while (made.length < count) {
    made.push(await makeCommit(pick(everybody, draw), now, draw, pick([0, 1, 1, 1, 2], draw)));
  }
  return made;
}

/** `%G?` of each, of the commits that git can read. */
function judgeByGit(sandbox: Sandbox, commits: readonly Buffer[]): string[] {
  const files = commits.map((bytes, index) => sandbox.write(`commit-${index}`, bytes));
  const store = ["hash-object", "-t", "commit", "-w", "--literally", "--stdin-paths"];
  const oids = sandbox.gitWith({ input: `${files.join("\n")}\n` }, ...store);
  const log = ["log", "--no-walk=unsorted", "--stdin", "--format=%H %G?"];
  const letters = new Map(
    sandbox
      .gitWith({ input: `${oids}\n` }, ...log)
      .split("\n")
      .map((line) => [line.slice(0, 40), line.slice(41)]),
  );
  return oids.split("\n").map((oid) => letters.get(oid) ?? "unreadable");
}

async function judgeByUs(world: World, now: number, commits: readonly Made[]): Promise<CommitRecord[]> {
  const raw = commits.map(({ bytes }) => ({ oid: hashObject("commit", bytes), bytes }));
  return Array.fromAsync(verifyCommits(raw, world.trust, now));
}

/** Whatever we accept, git must call good; what we refuse, git is not asked about. */
function compare(makeWorld: MakeWorld, share: number): void {
  const count = Math.max(30, Math.round(COMMITS * share));
  it(`${count} commits, SLUICE_DIFFERENTIAL_SEED=${SEED}`, { timeout: 60_000 + count * 100 }, async () => {
    using sandbox = new Sandbox();
    const now = Math.floor(Date.now() / 1000) * 1000;
    const random = randomFrom(SEED);
    const draw: Draw = (limit) => Math.floor(random() * limit);
    const world = await makeWorld(sandbox, now);
    const made = await makeCommits(world, now, draw, count);
    const records = await judgeByUs(world, now, made);
    const accepted = made.filter((_, index) => records[index]?.verdict === "verified");
    const letters = judgeByGit(
      sandbox,
      accepted.map(({ bytes }) => bytes),
    );
    const disagreements = accepted.flatMap(({ what }, index) =>
      letters[index] === "G" ? [] : [`${what}: git says ${letters[index]}`],
    );
    expect(disagreements).toEqual([]);
    const codes = records.map(({ code }) => code);
    expect(codes.slice(0, world.expected.length)).toEqual(world.expected);
    if (process.env.SLUICE_DIFFERENTIAL_REPORT !== undefined) {
      const byCode = Map.groupBy(codes, (code) => code ?? "verified");
      console.log(count, Object.fromEntries([...byCode].map(([code, all]) => [code, all.length])));
    }
  });
}

describeWithTools(["git", "ssh-keygen"], "changed commits beside git: SSH", () => compare(sshWorld, 0.5));
describeWithTools(["git", "gpg"], "changed commits beside git: OpenPGP", () => compare(openpgpWorld, 0.4));
describeWithTools(["git", "gpgsm", "openssl"], "changed commits beside git: X.509", () =>
  compare(x509World, 0.1),
);
