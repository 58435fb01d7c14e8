// Brings node_modules of a checkout to what package-lock.json pins, only when it differs, one process at a
// time. Plain JavaScript, as bootstrap.mjs tells.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fail } from "./bootstrap.mjs";
import { endAs, startChild } from "./child.mjs";

/** `--include` because NODE_ENV=production or a user's setting would leave out what a checkout needs. */
const NPM_CI = [
  "ci",
  "--ignore-scripts",
  "--include=dev",
  "--include=optional",
  "--prefer-offline",
  "--loglevel=error",
];

const POLL_MS = 200;

/** Longer than any install; a lock that is still held was left behind. */
const LOCK_TIMEOUT_MS = 15 * 60_000;

/** Returns when the locked packages are in place; ends the process when they cannot be. */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  const lock = join(root, ".sluice", "install.lock");
  mkdirSync(join(root, ".sluice"), { recursive: true });
  await acquire(lock);
  const ended = isInstalled(root) ? undefined : await runNpm(root);
  rmSync(lock, { force: true });
  if (ended !== undefined) endUnlessDone(ended, root);
}

/**
 * npm writes node_modules/.package-lock.json as its last step, so a killed install never looks finished.
 * An optional package may be absent: it is for another platform.
 */
function isInstalled(root) {
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  if (installed === undefined) return false;
  return Object.entries(readPackages(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).packages;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function runNpm(root) {
  process.stderr.write("sluice: installing the locked packages (npm ci), which takes some seconds …\n");
  return startChild("npm", NPM_CI, {
    cwd: root,
    // The answer of the command that follows owns stdout.
    stdio: ["ignore", 2, 2],
    // npm is a .cmd file there, which only a shell can start. The arguments are constants.
    shell: process.platform === "win32",
  });
}

function endUnlessDone(ended, root) {
  if (ended.code === 0) return;
  if (ended.signal) endAs(ended);
  const cause = ended.error === undefined ? `npm ci ended with ${ended.code}` : ended.error.message;
  fail(
    `the locked packages could not be installed in ${root} (${cause}). It needs npm and its registry: check ` +
      "the network, the proxy and `npm config get registry`, then run `npm ci --ignore-scripts` there.",
  );
}

/** The lock is a file that holds its owner's pid; it lies outside node_modules, which npm ci removes. */
async function acquire(lock) {
  const deadline = Date.now() + LOCK_TIMEOUT_MS;
  let told = false;
  while (!tryCreate(lock)) {
    if (Date.now() > deadline) fail(`${lock} is held by another process; remove it if none is installing.`);
    if (!told) process.stderr.write("sluice: waiting for another process that is installing …\n");
    told = true;
    if (isAbandoned(lock)) reclaim(lock);
    await sleep(POLL_MS);
  }
}

function tryCreate(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Checked again under a lock of its own: otherwise the second of two that saw the dead owner removes the first's lock. */
function reclaim(lock) {
  const guard = `${lock}.reclaim`;
  if (!tryCreate(guard)) return;
  if (isAbandoned(lock)) rmSync(lock, { force: true });
  rmSync(guard, { force: true });
}

function isAbandoned(lock) {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    // Between its creation and the write of the pid the file is empty, and its owner alive.
    return owner !== 0 && !isAlive(owner);
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
