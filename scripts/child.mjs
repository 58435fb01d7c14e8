// One child process that stands in for this one: it has our terminal and gets our signals. Plain JavaScript, as
// bootstrap.mjs tells.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

const FORWARDED = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"];

/** A terminal sends these to the whole foreground group; forwarded as well they would arrive twice. */
const FROM_TERMINAL = new Set(["SIGINT", "SIGQUIT"]);

/** Resolves to `{code, signal}` when the child has ended, or to `{error}` when it could not be started. */
export function startChild(command, args, options) {
  const child = spawn(command, args, options);
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const forward = (signal) => {
    if (!(onTerminal && FROM_TERMINAL.has(signal))) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return new Promise((resolve) => {
    const settle = (ended) => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(ended);
    };
    child.once("error", (error) => settle({ error }));
    child.once("exit", (code, signal) => settle({ code, signal }));
  });
}

/** Ends this process the way the child ended, so that a caller cannot tell the two apart. */
export function endAs({ code, signal }) {
  if (signal === null) process.exit(code);
  process.kill(process.pid, signal);
  // A signal that does not end this process, or not at once: the shell's way to say the same.
  process.exitCode = 128 + constants.signals[signal];
}
