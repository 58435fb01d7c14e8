import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type AuditLog,
  DirectoryFiles,
  exportLog,
  formatVerifierKey,
  MemoryStore,
  parseVerifierKey,
} from "../../../src/audit/index.ts";
import {
  bundlePath,
  hashLeaf,
  TILE_WIDTH,
  tileOf,
  verifyInclusion,
} from "../../../src/audit/merkle/index.ts";
import { verifyCheckpoint } from "../../../src/audit/tlog/checkpoint.ts";
import { Report } from "../../../src/audit/verify/report.ts";
import { walkTree } from "../../../src/audit/verify/tree.ts";
import { describeWithTools } from "../../support/tools.ts";
import { fillLog, identity, ORIGIN, openLog, saveLog } from "./samples.ts";

const MAIN = join(import.meta.dirname, "../../../src/cli/main.ts");
const trust = { publicKey: identity.signer.publicKey, origin: ORIGIN };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-audit-tools-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describeWithTools(["notecheck", "tesseracheck"], "a log of ours", ({ notecheck, tesseracheck }) => {
  let store: MemoryStore;
  let log: AuditLog;

  beforeAll(async () => {
    store = new MemoryStore();
    log = await openLog(store);
  });

  const checkers = {
    notecheck: (path: string) => [notecheck, "-log", path],
    tesseracheck: (path: string) => [tesseracheck, "-log", pathToFileURL(path).href],
  };

  function check(name: keyof typeof checkers, path: string): unknown {
    const [program = "", ...args] = checkers[name](path);
    const { stdout } = spawnSync(program, [...args, "-vkey", formatVerifierKey(log.key)], {
      encoding: "utf8",
    });
    return JSON.parse(stdout);
  }

  it.each([1, 2, 255, 256, 257, 512, 513])(
    "of %d entries is whole to clients of the public format",
    async (size) => {
      await fillLog(log, size);
      const path = join(folder, `log-${size}`);
      await saveLog(store, path);
      const root = Buffer.from(log.checkpoint.root).toString("base64");
      for (const name of ["notecheck", "tesseracheck"] as const) {
        expect(check(name, path), name).toMatchObject({
          ok: true,
          origin: ORIGIN,
          size,
          entries: size,
          root,
        });
      }
      const { index, width } = tileOf(0, Math.floor((size - 1) / TILE_WIDTH), size);
      const bundle = join(path, bundlePath(index, width));
      const bytes = await readFile(bundle);
      bytes[20] = (bytes[20] ?? 0) ^ 1;
      await writeFile(bundle, bytes);
      for (const name of ["notecheck", "tesseracheck"] as const)
        expect(check(name, path), name).toMatchObject({ ok: false });
    },
  );
});

describeWithTools(["tesseralog"], "a log of Tessera's", ({ tesseralog }) => {
  it("is whole to us, and not with a bit changed", async () => {
    const path = join(folder, "tessera");
    const { vkey } = JSON.parse(
      execFileSync(tesseralog, ["-log", path, "-entries", "600"], { encoding: "utf8" }),
    ) as { vkey: string };
    const key = parseVerifierKey(vkey);
    const checkpoint = key && verifyCheckpoint(await readFile(join(path, "checkpoint")), key);
    if (typeof checkpoint !== "object") throw new Error(`not a checkpoint: ${checkpoint}`);
    expect(checkpoint.size).toBe(600);
    const walked = async () => {
      const report = new Report();
      await walkTree(new DirectoryFiles(path), checkpoint, 0, report, async () => {});
      return report.refusals.map(({ code, subject }) => `${code} ${subject}`);
    };
    expect(await walked()).toEqual([]);
    const tile = await readFile(join(path, "tile/0/001"));
    tile[0] = (tile[0] ?? 0) ^ 1;
    await writeFile(join(path, "tile/0/001"), tile);
    expect(await walked()).toEqual(["LEAF_MISMATCH entry 256"]);
  });
});

describe("an export", () => {
  it("proves each entry by itself, under the checkpoint that it brings", async () => {
    const out = await exported("proofs", 300);
    const names = (await readdir(join(out, "entries"))).filter((name) => name.endsWith(".tlog-proof"));
    expect(names).toHaveLength(300);
    const checkpoint = await readFile(join(out, "checkpoint"));
    for (const name of names) {
      const [header, index, ...rest] = (await readFile(join(out, "entries", name), "utf8")).split("\n");
      const end = rest.indexOf("");
      expect(header).toBe("c2sp.org/tlog-proof@v1");
      expect(index).toBe(`index ${Number(name.slice(0, 8))}`);
      expect(rest.slice(end + 1).join("\n")).toBe(checkpoint.toString());
      const leaf = hashLeaf(await readFile(join(out, "entries", name.replace("tlog-proof", "intoto.jsonl"))));
      const proof = rest.slice(0, end).map((line) => Buffer.from(line, "base64"));
      const root = Buffer.from(checkpoint.toString().split("\n")[2] ?? "", "base64");
      expect(verifyInclusion(leaf, Number(name.slice(0, 8)), 300, proof, root), name).toBe(true);
    }
  });
});

async function exported(name: string, size: number): Promise<string> {
  const store = new MemoryStore();
  await fillLog(await openLog(store), size);
  const out = join(folder, name);
  expect(await exportLog(store, trust, out)).toMatchObject({ ok: true });
  return out;
}

describeWithTools(["cosign"], "the README of an export", ({ cosign }) => {
  let out: string;
  let readme: string;

  beforeAll(async () => {
    out = await exported("readme", 5);
    readme = await readFile(join(out, "README.txt"), "utf8");
  });

  /** The command as the README has it, with what stands in angle brackets there filled in. */
  function verified(name: string, digest: string, change = (args: string[]) => args): number | null {
    const command = /cosign (verify-blob-attestation[\s\S]*?<commit>)/.exec(readme)?.[1] ?? "";
    const words = command
      .replaceAll("\\\n", " ")
      .replace("<name>", name)
      .replace("<commit>", digest)
      .split(/\s+/);
    return spawnSync(cosign, change(words), { cwd: out, encoding: "utf8" }).status;
  }

  const commit = (n: number) => n.toString(16).padStart(40, "0");

  it("has cosign verify a decision about a commit, and refuse it for another", () => {
    expect(verified("00000003-decision-prod", commit(3))).toBe(0);
    expect(verified("00000003-decision-prod", commit(4))).not.toBe(0);
    expect(verified("00000002-decision-prod", commit(3))).not.toBe(0);
  });

  it("has cosign tell decisions from outcomes", () => {
    const outcome = (args: string[]) =>
      args.map((word) => word.replace(/^https:\/\/slsa.*/, "https://sluice.dev/outcome/v1"));
    expect(readme).toContain("--type https://sluice.dev/outcome/v1");
    expect(verified("00000001-outcome-prod", commit(0), outcome)).toBe(0);
    expect(verified("00000001-outcome-prod", commit(0))).not.toBe(0);
  });

  it("has cosign refuse another key", async () => {
    const other = join(folder, "other");
    spawnSync(process.execPath, [MAIN, "keygen", "audit", "--out", other]);
    const withOther = (args: string[]) => args.map((word) => (word === "log.pem" ? `${other}.pub` : word));
    expect(verified("00000003-decision-prod", commit(3), withOther)).not.toBe(0);
  });

  it("has sha256sum check the evidence", async () => {
    const command = /for file in .*/.exec(readme)?.[0] ?? "";
    const check = () => spawnSync("sh", ["-c", command], { cwd: join(out, "evidence/sha256") }).status;
    expect(check()).toBe(0);
    const [file = ""] = await readdir(join(out, "evidence/sha256"));
    await writeFile(join(out, "evidence/sha256", file), "another");
    expect(check()).not.toBe(0);
  });
});

describeWithTools(["ssh-keygen"], "keys for signing commits", ({ "ssh-keygen": sshKeygen }) => {
  it("are what ssh-keygen reads and signs with", async () => {
    const file = join(folder, "ssh");
    const { status } = spawnSync(process.execPath, [
      MAIN,
      "keygen",
      "ssh",
      "--out",
      file,
      "--comment",
      "alice",
    ]);
    expect(status).toBe(0);
    const run = (...args: string[]) =>
      execFileSync(sshKeygen, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    expect(run("-y", "-f", file)).toBe(await readFile(`${file}.pub`, "utf8"));
    await writeFile(join(folder, "message"), "message");
    run("-Y", "sign", "-n", "git", "-f", file, join(folder, "message"));
    const verify = (namespace: string) =>
      spawnSync(sshKeygen, ["-Y", "check-novalidate", "-n", namespace, "-s", join(folder, "message.sig")], {
        input: "message",
      }).status;
    expect([verify("git"), verify("file")]).toEqual([0, 255]);
  });
});
