// A range of signed commits in a long history, beside the bare checks of the same signatures:
// `npm run bench -- range`. What is compared is processor time, of all threads.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { openRange, openRepository, parseCommit, type Repository } from "../../src/git/index.ts";
import { compileTrust, type Trust, verifyCommits } from "../../src/trust/index.ts";
import { trustMaterial } from "../integration/commits/material.ts";
import { type BareCheck, type BenchScheme, SCHEMES } from "./schemes.ts";
import { type History, makeHistory } from "./signed-history.ts";

const COMMITS = 14_000;
const RANGE = 2000;
const STREAMED = 50_000;
const RUNS = 5;

/** Microseconds a commit. */
export interface RangeRow {
  readonly scheme: Pick<BenchScheme, "name" | "bare">;
  /** Who signed each. */
  readonly signers: number;
  /** And what each changed, for rules with paths. */
  readonly paths: number;
  readonly bare: number;
}

export interface RangeReport {
  readonly rows: readonly RangeRow[];
  /** Bytes, of a process that verifies a short history and a long one. */
  readonly peaks: readonly { readonly commits: number; readonly bytes: number }[];
}

export async function benchRange(): Promise<RangeReport> {
  const rows: RangeRow[] = [];
  for (const scheme of SCHEMES) rows.push(await measure(scheme));
  const peaks = [];
  for (const commits of [RANGE, STREAMED]) peaks.push({ commits, bytes: await peakOf(commits) });
  return { rows, peaks };
}

async function measure(scheme: BenchScheme): Promise<RangeRow> {
  const history = await historyOf(scheme, COMMITS, RANGE);
  const repository = await openRepository(history.path);
  try {
    const trust = await compileTrust(trustMaterial(history.keys, { authorities: history.authorities }));
    const checks = await bareChecks(scheme, history, repository);
    const [signers, paths, bare] = await interleaved([
      () => verifyAll(history, trust, false),
      () => verifyAll(history, trust, true),
      () => checkAll(checks),
    ]);
    return { scheme, signers, paths, bare };
  } finally {
    repository.close();
  }
}

function historyOf({ name, makeSigner }: BenchScheme, commits: number, signed: number): Promise<History> {
  return makeHistory({ name: name.replaceAll(/\W+/g, "-"), commits, signed, makeSigner });
}

/** Opened anew each time, as a gate does. */
async function verifyAll(history: History, trust: Trust, withChangedPaths: boolean): Promise<number> {
  const repository = await openRepository(history.path);
  try {
    const { commits } = await openRange(repository, history.head, history.base, { withChangedPaths });
    let verified = 0;
    for await (const { verdict } of verifyCommits(commits, trust, history.now))
      verified += Number(verdict === "verified");
    return verified;
  } finally {
    repository.close();
  }
}

async function bareChecks(
  scheme: BenchScheme,
  history: History,
  repository: Repository,
): Promise<BareCheck[]> {
  const checks: BareCheck[] = [];
  for await (const { bytes } of (await openRange(repository, history.head, history.base)).commits) {
    const commit = parseCommit(bytes);
    if (!commit.ok) throw new Error("not a commit that was made here");
    checks.push(await scheme.bareCheck(commit.value, history));
  }
  return checks;
}

async function checkAll(checks: readonly BareCheck[]): Promise<number> {
  let good = 0;
  for (const check of checks) good += Number(await check());
  return good;
}

type Triple<T> = readonly [T, T, T];

/** The median of each, in turns, so that all see the same machine. */
async function interleaved(actions: Triple<() => Promise<number>>): Promise<Triple<number>> {
  const [first, second, third] = actions;
  const times: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < RUNS; run += 1) {
    times[0].push(await processorTime(first));
    times[1].push(await processorTime(second));
    times[2].push(await processorTime(third));
  }
  return [median(times[0]), median(times[1]), median(times[2])];
}

async function processorTime(action: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const good = await action();
  const { user, system } = process.cpuUsage(before);
  if (good !== RANGE) throw new Error(`${good} of ${RANGE} commits are good`);
  return (user + system) / RANGE;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** In a process of its own: the peak of this one is of what came before. */
async function peakOf(commits: number): Promise<number> {
  const [ssh] = SCHEMES;
  if (ssh === undefined) throw new TypeError("there is a scheme");
  await historyOf(ssh, commits, commits);
  const program = pathToFileURL(import.meta.filename).href;
  const script = `import { streamAll } from ${JSON.stringify(program)}; console.log(await streamAll(${commits}));`;
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { encoding: "utf8" }),
  );
}

/** Verifies a whole history of SSH signatures; gives the peak of this process in bytes. */
export async function streamAll(commits: number): Promise<number> {
  const [ssh] = SCHEMES;
  if (ssh === undefined) throw new TypeError("there is a scheme");
  const history = await historyOf(ssh, commits, commits);
  const trust = await compileTrust(trustMaterial(history.keys, { authorities: history.authorities }));
  const verified = await verifyAll(history, trust, false);
  if (verified !== commits) throw new Error(`${verified} of ${commits} commits are verified`);
  // Not what getrusage says: that begins with the peak of the process which started this one.
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "latin1")) ?? [];
  return Number(kibibytes) * 1024;
}

export function toTable({ rows, peaks }: RangeReport): string {
  const line = (first: string, numbers: readonly string[], last = ""): string =>
    `${first.padEnd(30)}${numbers.map((number) => number.padStart(12)).join("")}  ${last}`.trimEnd();
  const us = (time: number): string => time.toFixed(0);
  const ratio = (time: number, bare: number): string => `${(time / bare).toFixed(2)}x`;
  return [
    line(
      `${RANGE} of ${COMMITS} commits, CPU µs`,
      ["who signed", "ratio", "and paths", "ratio", "bare"],
      "which is",
    ),
    ...rows.map(({ scheme: { name, bare: what }, signers, paths, bare }) =>
      line(
        `signed with ${name}`,
        [us(signers), ratio(signers, bare), us(paths), ratio(paths, bare), us(bare)],
        what,
      ),
    ),
    ...peaks.map(({ commits, bytes }) =>
      line(
        `${commits} commits streamed`,
        [`${(bytes / 1024 / 1024).toFixed(0)} MiB`],
        "at the peak of the process",
      ),
    ),
  ].join("\n");
}
