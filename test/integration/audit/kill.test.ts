import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  AuditLog,
  anchorAt,
  DirectoryFiles,
  DirectoryStore,
  MemoryStore,
  verifyLog,
} from "../../../src/audit/index.ts";
import { describeWithTools } from "../../support/tools.ts";
import { fillLog, identity, ORIGIN, openLog, saveLog } from "./samples.ts";

const ROUNDS = Number(process.env.SLUICE_AUDIT_KILL_ROUNDS ?? 12);
/** So that tiles fill up while writers are killed. */
const FIRST_SIZE = 240;
const WRITER = join(import.meta.dirname, "writer.ts");

let folder: string;
/** Where the anchor is. */
let beside: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-kill-"));
  beside = await mkdtemp(join(tmpdir(), "sluice-kill-anchor-"));
  const store = new MemoryStore();
  await fillLog(await openLog(store), FIRST_SIZE);
  await saveLog(store, folder);
});

afterAll(async () => {
  for (const made of [folder, beside]) await rm(made, { recursive: true, force: true });
});

/** Lets a writer append until `entries` are acknowledged and `delay` milliseconds over, and kills it. */
async function killedWriter(entries: number, delay: number): Promise<string[]> {
  const writer = spawn(process.execPath, [WRITER, folder, beside], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(writer, "exit");
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: writer.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === entries) setTimeout(() => writer.kill("SIGKILL"), delay);
  }
  const [, signal] = await exited;
  expect(signal).toBe("SIGKILL");
  return acknowledged;
}

describeWithTools(["time"], "a writer that is killed", () => {
  it("leaves a whole log with everything that it acknowledged, again and again", async () => {
    const trust = { publicKey: identity.signer.publicKey, origin: ORIGIN };
    let older: Uint8Array | undefined;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await killedWriter(1 + (round % 3), (round * 7) % 11);
      const anchor = anchorAt(new DirectoryStore(beside), "head");
      await using log = await AuditLog.open({ store: new DirectoryStore(folder), ...identity, anchor });
      const verdict = await verifyLog(new DirectoryFiles(folder), { trust, older });
      expect(verdict, `round ${round}`).toMatchObject({ refusals: [], refusalCount: 0 });
      older = log.checkpoint.bytes;
      const entries = await Array.fromAsync(log.entries(), ({ index, leafHash }) => `${index} ${leafHash}`);
      expect(entries).toEqual(expect.arrayContaining(acknowledged));
      expect(entries.length).toBe(log.size);
      // One that was not acknowledged may be there as well: the last, which the writer was killed over.
      expect(log.size - Number(acknowledged.at(-1)?.split(" ")[0])).toBeLessThanOrEqual(2);
    }
  }, 600_000);
});
