import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs a server below a shell that waits for the end of its own input, and kills the server then. The pipe to it is
 * closed by us, or by the system when we are killed, so that no server outlives the test that started it.
 */
const GUARD =
  'exec 3<&0; "$@" </dev/null & server=$!; { read -r _ <&3; kill -KILL $server 2>&-; } & wait $server';

const POLL_MS = 50;
const MAX_START_MS = 60_000;

export interface GuardedProcess {
  /** Rejects with the end of the log when the server ends before `ready` says yes. */
  waitUntil(ready: () => Promise<boolean>): Promise<void>;
  /** Resolves when it is gone. */
  kill(): Promise<void>;
}

export async function startGuarded(command: readonly string[], logFile: string): Promise<GuardedProcess> {
  const log = await open(logFile, "a");
  try {
    return guard(command, log, logFile);
  } finally {
    await log.close();
  }
}

function guard(command: readonly string[], log: FileHandle, logFile: string): GuardedProcess {
  const child = spawn("/bin/sh", ["-c", GUARD, "sh", ...command], { stdio: ["pipe", log.fd, log.fd] });
  const ended = once(child, "exit");
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    async waitUntil(ready) {
      const deadline = Date.now() + MAX_START_MS;
      while (!(await ready())) {
        if (!isRunning() || Date.now() > deadline) {
          throw new Error(`${command[0]} did not start:\n${(await readFile(logFile, "utf8")).slice(-3_000)}`);
        }
        await sleep(POLL_MS);
      }
    },
    async kill() {
      child.stdin?.end();
      await ended;
    },
  };
}
