// Puts the audit key of a mounted Secret into the state, once. A Secret's files belong to root and can be read by their
// group, and Sluice refuses a private key that others than its owner can read: hence a copy. A key that is there
// already is never replaced: with another one, the log would no longer be the one that its readers know.

import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** The private key last: without it the others count for nothing, so that what fails half way is done again. */
const FILES = ["audit.vkey", "audit.pub", "audit.key"];

const [source = "", target = ""] = process.argv.slice(2);

/** A link, unlike a renaming, fails where a file is: of two replicas that start at once, one writes each file. */
function copy(name) {
  const content = readFileSync(join(source, name));
  const path = join(target, name);
  const unfinished = `${path}.${process.pid}.${Date.now()}`;
  writeFileSync(unfinished, content, { flag: "wx", mode: 0o600, flush: true });
  try {
    linkSync(unfinished, path);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    if (!content.equals(readFileSync(path))) throw new Error(`${path} is there, and is not the Secret's`);
  } finally {
    rmSync(unfinished);
  }
}

try {
  for (const name of FILES) copy(name);
} catch (error) {
  process.stderr.write(`sluice: the audit key was not taken over: ${error.message}\n`);
  process.exit(2);
}
