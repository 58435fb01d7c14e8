import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, watch } from "node:fs";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type Finished, finish } from "../../support/cli.ts";

/** When a process is killed: after a time, or when so many changes were seen in the folders that it writes to. */
export type Moment = { readonly after: number } | { readonly changes: number };

/** A run that has not told of a decision by then never will. */
const LONGEST_MS = 20_000;

/**
 * A third of the moments are anywhere from the start on; the others fall between two writes. Opening the log, a
 * decision, its application and its outcome make some seventy changes to the folders.
 */
export function pickMoment(random: () => number): Moment {
  return random() < 1 / 3
    ? { after: Math.floor(random() * 1_500) }
    : { changes: 1 + Math.floor(random() * 70) };
}

/**
 * Kills `sluice run` (SIGKILL: it is not told) at that moment, or when it has told of its first decision and so
 * has nothing more to write. Gives what it had printed.
 */
export async function killAt(
  moment: Moment,
  child: ChildProcess,
  folders: readonly string[],
): Promise<Finished> {
  const ended = finish(child);
  const told = child.stdout === null ? Promise.resolve() : once(child.stdout, "data");
  const reached = "after" in moment ? sleep(moment.after) : untilChanged(moment.changes, folders, child);
  await Promise.race([reached, told, sleep(LONGEST_MS, undefined, { ref: false })]);
  child.kill("SIGKILL");
  return ended;
}

async function untilChanged(changes: number, folders: readonly string[], child: ChildProcess): Promise<void> {
  let left = changes;
  const watchers: FSWatcher[] = [];
  child.once("close", () => {
    for (const watcher of watchers) watcher.close();
  });
  await new Promise<void>((resolve) => {
    const count = (): void => {
      left -= 1;
      if (left <= 0) resolve();
    };
    for (const folder of folders) watchers.push(watch(folder, { recursive: true }, count));
  });
}

/** What is to be watched has to be there. */
export async function makeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await mkdir(folder, { recursive: true });
}
