// Appends to the log named on the command line for as long as it lives, and says on stdout what was
// acknowledged: `<index> <leaf hash>` on a line for each entry.
import { DirectoryStore } from "../../../src/audit/index.ts";
import { appendAdmission, appendOutcome, openLog } from "./samples.ts";

const [folder = ""] = process.argv.slice(2);
const log = await openLog(new DirectoryStore(folder));
for (;;) {
  const n = log.size;
  const decision = await appendAdmission(log, n);
  process.stdout.write(`${decision.index} ${decision.leafHash}\n`);
  const outcome = await appendOutcome(log, n, decision);
  process.stdout.write(`${outcome.index} ${outcome.leafHash}\n`);
}
