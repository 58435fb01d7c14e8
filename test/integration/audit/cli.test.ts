import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  AuditLog,
  DirectoryStore,
  formatVerifierKey,
  MemoryStore,
  parseSigner,
  parseVerifierKey,
  publicKeyPem,
} from "../../../src/audit/index.ts";
import { registerAudit } from "../../../src/cli/audit.ts";
import { registerKeygen } from "../../../src/cli/keygen.ts";
import { fillLog, identity, ORIGIN, openLog, saveLog, testSigner } from "./samples.ts";

const MAIN = join(import.meta.dirname, "../../../src/cli/main.ts");
const SIZE = 8;

let folder: string;
let log: string;
/** A checkpoint of the log when it had five entries. */
let kept: string;
let pem: string;
let vkey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-audit-cli-"));
  log = join(folder, "log");
  const store = new MemoryStore();
  const writer = await openLog(store);
  await fillLog(writer, 5);
  kept = join(folder, "kept");
  await writeFile(kept, writer.checkpoint.bytes);
  await fillLog(writer, SIZE);
  await saveLog(store, log);
  pem = join(folder, "log.pub");
  await writeFile(pem, publicKeyPem(identity.signer.publicKey));
  vkey = join(folder, "log.vkey");
  await writeFile(vkey, `${formatVerifierKey(writer.key)}\n`);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: unknown;
  readonly stdout: string;
}

/** The commands in this process: what they answer, and their exit code. */
async function sluice(...args: string[]): Promise<Answer> {
  const program = new Command("sluice").addOption(new Option("--output <format>").default("text"));
  registerAudit(program);
  registerKeygen(program);
  const stdout: string[] = [];
  const stdoutSpy = vi
    .spyOn(process.stdout, "write")
    .mockImplementation((text) => stdout.push(String(text)) > 0);
  const stderrSpy = vi.spyOn(process.stderr, "write").mockImplementation(() => true);
  try {
    await program.parseAsync(args, { from: "user" });
    return { status: process.exitCode, stdout: stdout.join("") };
  } finally {
    stdoutSpy.mockRestore();
    stderrSpy.mockRestore();
    process.exitCode = undefined;
  }
}

/** As a user starts them, up to the exit code of the process. */
function started(...args: string[]): Answer {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" });
}

async function json(...args: string[]): Promise<{ status: unknown; answer: Record<string, unknown> }> {
  const { status, stdout } = await sluice(...args, "--output", "json");
  return { status, answer: JSON.parse(stdout) as Record<string, unknown> };
}

async function tamperedLog(): Promise<string> {
  const copy = await mkdtemp(join(folder, "tampered-"));
  await cp(log, copy, { recursive: true });
  const bundle = join(copy, "tile/entries/000.p", String(SIZE));
  const bytes = await readFile(bundle);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await writeFile(bundle, bytes);
  return copy;
}

describe("sluice audit verify", () => {
  it("passes a whole log under the key that is given, in either form", async () => {
    for (const key of [pem, vkey]) {
      expect(await json("audit", "verify", log, "--key", key, "--checkpoint", kept)).toMatchObject({
        status: 0,
        answer: {
          verdict: "passed",
          checkpoint: { origin: ORIGIN, size: SIZE },
          counts: { decisions: 5, outcomes: 3 },
          refusals: [],
          notices: [],
        },
      });
    }
  });

  it("says loudly that the log's own key proves little", async () => {
    const { status, stdout } = await sluice("audit", "verify", log);
    expect(status).toBe(0);
    expect(stdout).toContain("KEY TAKEN FROM THE LOG");
    expect((await sluice("audit", "verify", log, "--key", pem)).stdout).not.toContain("KEY TAKEN");
    expect((await json("audit", "verify", log)).answer.notices).toHaveLength(1);
  });

  it("refuses a tampered log, another key, and a log that does not continue a checkpoint", async () => {
    const other = new MemoryStore();
    const fork = await openLog(other);
    await fillLog(fork, SIZE + 1);
    const later = join(folder, "later");
    await writeFile(later, fork.checkpoint.bytes);
    const stranger = join(folder, "stranger.pub");
    await writeFile(stranger, publicKeyPem(testSigner(2).publicKey));
    const refusalOf = async (...args: string[]) => {
      const { status, answer } = await json("audit", "verify", ...args);
      const [refusal] = answer.refusals as { code: string }[];
      return [status, answer.verdict, refusal?.code];
    };
    expect(await refusalOf(await tamperedLog(), "--key", pem)).toEqual([1, "refused", "LEAF_MISMATCH"]);
    expect(await refusalOf(log, "--key", stranger)).toEqual([1, "refused", "UNVERIFIED_CHECKPOINT"]);
    expect(await refusalOf(log, "--key", pem, "--checkpoint", later)).toEqual([1, "refused", "ROLLED_BACK"]);
    expect((await sluice("audit", "verify", await tamperedLog())).status).toBe(1);
  });

  it.each([
    ["a folder that is not there", () => ["nowhere", "--key", pem], "NOT_A_LOG"],
    ["a folder without a log", () => [folder, "--key", pem], "NOT_A_LOG"],
    ["a key that is not there", () => [log, "--key", join(folder, "no.pub")], "UNREADABLE"],
    ["a file that is no key", () => [log, "--key", kept], "MALFORMED_KEY"],
    ["a checkpoint that is not there", () => [log, "--checkpoint", join(folder, "no")], "UNREADABLE"],
  ])("cannot look at %s", async (_what, args, code) => {
    expect(await json("audit", "verify", ...args())).toMatchObject({
      status: 2,
      answer: { verdict: "fault", code },
    });
  });
});

describe("sluice audit show", () => {
  it("lists what was decided and what became of it", async () => {
    const { status, stdout } = await sluice("audit", "show", log, "--key", pem);
    expect(status).toBe(0);
    expect(stdout.split("\n").slice(0, 4)).toEqual([
      "0  2026-01-01T00:00:00.000Z  payments/prod  admit    0000000000",
      "1  2026-01-01T00:00:00.500Z  payments/prod  applied  0000000000  entry 0",
      `2  2026-01-01T00:00:02.000Z  payments/prod  deny     0000000000  UNSIGNED ${"0".repeat(39)}2`,
      "3  2026-01-01T00:00:03.000Z  payments/prod  admit    0000000000",
    ]);
  });

  it("lists one gate", async () => {
    const entriesOf = async (gate: string) =>
      (await json("audit", "show", log, "--gate", gate)).answer.entries;
    expect(await entriesOf("payments/prod")).toHaveLength(SIZE);
    expect(await entriesOf("payments/dev")).toEqual([]);
  });

  it("shows one entry whole", async () => {
    const { status, answer } = await json("audit", "show", log, "--index", "2");
    expect(status).toBe(0);
    expect(answer).toMatchObject({
      index: 2,
      kind: "decision",
      statement: { predicate: { verificationResult: "FAILED" } },
    });
    expect((await sluice("audit", "show", log, "--index", "2")).stdout).toContain(
      '"verificationResult": "FAILED"',
    );
  });

  it("has no entry beyond the end", async () => {
    expect(await json("audit", "show", log, "--index", String(SIZE))).toMatchObject({
      status: 2,
      answer: { code: "NOT_FOUND" },
    });
  });

  it("shows nothing that is not under the signed root", async () => {
    const copy = await tamperedLog();
    expect(await json("audit", "show", copy, "--key", pem)).toMatchObject({
      status: 1,
      answer: { refusals: [{ code: "TAMPERED" }] },
    });
    expect((await json("audit", "show", log, "--key", vkey)).status).toBe(0);
  });
});

describe("sluice audit export", () => {
  it("writes everything an auditor needs, once", async () => {
    const out = join(folder, "export");
    expect(await json("audit", "export", log, "--key", pem, "--out", out)).toMatchObject({
      status: 0,
      answer: { verdict: "passed", size: SIZE, evidence: 5 },
    });
    expect((await readdir(out)).toSorted((a, b) => a.localeCompare(b, "en"))).toEqual([
      "checkpoint",
      "entries",
      "evidence",
      "log.pem",
      "log.vkey",
      "README.txt",
    ]);
    expect(await readdir(join(out, "entries"))).toHaveLength(3 * SIZE);
    expect(await json("audit", "export", log, "--out", out)).toMatchObject({
      status: 2,
      answer: { code: "EXISTS" },
    });
  });

  it("writes nothing of a log that does not verify", async () => {
    const out = join(folder, "export-tampered");
    const { status, answer } = await json("audit", "export", await tamperedLog(), "--key", pem, "--out", out);
    expect([status, answer.verdict]).toEqual([1, "refused"]);
    await expect(stat(out)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("sluice keygen", () => {
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  it("makes a key that a log is written and verified with", async () => {
    const prefix = join(folder, "keys", "audit");
    expect(await json("keygen", "audit", "--out", prefix, "--name", "bank.example/new")).toMatchObject({
      status: 0,
      answer: { name: "bank.example/new", files: [`${prefix}.vkey`, `${prefix}.pub`, `${prefix}.key`] },
    });
    expect(await modeOf(`${prefix}.key`)).toBe("600");
    expect(parseVerifierKey((await readFile(`${prefix}.vkey`, "utf8")).trim())?.name).toBe(
      "bank.example/new",
    );
    const signer = parseSigner(await readFile(`${prefix}.key`, "utf8"), "key");
    const made = join(folder, "made");
    const writer = await AuditLog.open({
      store: new DirectoryStore(made),
      signer,
      origin: "bank.example/new",
    });
    await fillLog(writer, 3);
    await writer.close();
    for (const key of ["pub", "vkey"]) {
      expect(await json("audit", "verify", made, "--key", `${prefix}.${key}`)).toMatchObject({ status: 0 });
    }
    expect(await json("audit", "verify", log, "--key", `${prefix}.vkey`)).toMatchObject({ status: 1 });
  });

  it.each([
    ["audit", ["vkey", "pub", "key"].map((end) => `.${end}`)],
    ["cosign", [".pub", ".key"]],
    ["ssh", [".pub", ""]],
  ])("%s never overwrites, nor leaves half a pair beside what is there", async (kind, ends) => {
    for (const present of ends) {
      const prefix = join(folder, `kept-${kind}${present}`, "key");
      await mkdir(join(prefix, ".."));
      await writeFile(`${prefix}${present}`, "mine");
      expect(await json("keygen", kind, "--out", prefix)).toMatchObject({
        status: 2,
        answer: { code: "EXISTS" },
      });
      expect(await readdir(join(prefix, ".."))).toEqual([`key${present}`]);
      expect(await readFile(`${prefix}${present}`, "utf8")).toBe("mine");
    }
  });

  it("audit refuses a name that no log can have", async () => {
    const { status, answer } = await json(
      "keygen",
      "audit",
      "--out",
      join(folder, "unnamed"),
      "--name",
      "two words",
    );
    expect([status, answer.code]).toEqual([2, "MALFORMED_ORIGIN"]);
  });

  it("cosign says that the key is not encrypted", async () => {
    const prefix = join(folder, "cosign");
    const { status, stdout } = await sluice("keygen", "cosign", "--out", prefix);
    expect([status, stdout.includes("UNENCRYPTED")]).toEqual([0, true]);
    expect(await readFile(`${prefix}.key`, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(await modeOf(`${prefix}.key`)).toBe("600");
  });
});

describe("as a program", () => {
  it("exits with what the command answers", async () => {
    expect(started("audit", "verify", log, "--key", pem)).toMatchObject({ status: 0 });
    expect(started("audit", "verify", await tamperedLog(), "--key", pem)).toMatchObject({ status: 1 });
    expect(started("audit", "verify", folder, "--key", pem)).toMatchObject({ status: 2 });
  });

  it.each(["-1", "01", "one", ""])("takes no %j for an index", (index) => {
    expect(started("audit", "show", log, "--index", index)).toMatchObject({ status: 2, stdout: "" });
  });
});
