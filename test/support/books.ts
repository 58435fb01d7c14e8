import { AuditLog, type LogStore, MemoryStore } from "../../src/audit/index.ts";
import { type Books, Ledger } from "../../src/gate/index.ts";
import { identity } from "../integration/audit/samples.ts";

/** An audit log over a store, and what it says. */
export async function openBooks(store: LogStore = new MemoryStore()): Promise<Books & AsyncDisposable> {
  const log = await AuditLog.open({ store, ...identity });
  return { log, ledger: await Ledger.read(log), [Symbol.asyncDispose]: () => log.close() };
}
