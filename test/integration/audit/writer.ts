// Appends to the log named on the command line, anchored in the second folder named there, for as long as it
// lives, and says on stdout what was acknowledged: `<index> <leaf hash>` on a line for each entry.
import { AuditLog, anchorAt, DirectoryStore } from "../../../src/audit/index.ts";
import { appendAdmission, appendOutcome, identity } from "./samples.ts";

const [folder = "", beside = ""] = process.argv.slice(2);
const anchor = anchorAt(new DirectoryStore(beside), "head");
const log = await AuditLog.open({ store: new DirectoryStore(folder), ...identity, anchor });
for (;;) {
  const n = log.size;
  const decision = await appendAdmission(log, n);
  process.stdout.write(`${decision.index} ${decision.leafHash}\n`);
  const outcome = await appendOutcome(log, n, decision);
  process.stdout.write(`${outcome.index} ${outcome.leafHash}\n`);
}
