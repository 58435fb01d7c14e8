import { access, mkdir, open, readdir, readFile, readlink, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { systemErrorCode } from "../../fault.ts";
import { AuditError } from "../error.ts";

/** A process, told apart from one that later gets the same number. Fields are `unknown` where a system has none. */
export interface ProcessIdentity {
  readonly host: string;
  /** Changes each time the machine starts. */
  readonly boot: string;
  /** The process namespace that `pid` counts in: containers on one host each begin at 1. */
  readonly namespace: string;
  readonly pid: number;
  /** When the process began, in the kernel's own count. */
  readonly start: string;
}

const UNKNOWN = "unknown";
/** Zombie and dead: ended, and only waiting for a parent to ask about it. */
const ENDED_STATES: ReadonlySet<string> = new Set(["Z", "X"]);
const CLAIM =
  /^(?<pid>[1-9]\d*)\.(?<start>\d+|unknown)\.(?<boot>[0-9a-f-]{36}|unknown)\.(?<namespace>\d+|unknown)\.(?<host>.+)$/;

/**
 * Claims a folder for this process alone. Each process that wants it first makes a file whose name says who
 * it is, and then looks at the other files: it has the folder if every other one is of a process that is
 * certainly gone. Of two that come at the same time at least one sees the other, so never do both go on
 * (both may give up). A file is made in one step and is never written to, so none is ever half there; and
 * nothing of a living process is ever removed, which is where taking over a single lock file goes wrong.
 */
export async function claim(folder: string, options: ClaimOptions = {}): Promise<Claim> {
  const own = await currentProcess();
  await mkdir(folder, { recursive: true });
  const ownFile = join(folder, claimName(own));
  await makeClaim(ownFile);
  const release = () => rm(ownFile, { force: true });
  try {
    await settleOthers(folder, own, options);
  } catch (error) {
    await release();
    throw error;
  }
  return { release, stands: () => access(ownFile).then(...TO_BOOLEAN) };
}

export interface ClaimOptions {
  /**
   * Removes the claims of others whatever became of them. Only for who holds something that no two can hold at a time;
   * a process whose claim is gone writes no more.
   */
  readonly takeOver?: boolean;
}

export interface Claim {
  /** Whether nobody has taken the folder over since. */
  stands(): Promise<boolean>;
  release(): Promise<void>;
}

const TO_BOOLEAN = [() => true, () => false] as const;

export function claimName({ pid, start, boot, namespace, host }: ProcessIdentity): string {
  return `${pid}.${start}.${boot}.${namespace}.${host}`;
}

async function makeClaim(path: string): Promise<void> {
  try {
    const file = await open(path, "wx");
    await file.close();
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") throw locked("this process");
    throw error;
  }
}

async function settleOthers(
  folder: string,
  own: ProcessIdentity,
  { takeOver = false }: ClaimOptions,
): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name === claimName(own)) continue;
    const other = parseClaim(name);
    const yields = takeOver || (other !== undefined && (await isGone(other, own)));
    if (!yields) throw locked(join(folder, name));
    await rm(join(folder, name), { force: true });
  }
}

function parseClaim(name: string): ProcessIdentity | undefined {
  const { pid, start, boot, namespace, host } = CLAIM.exec(name)?.groups ?? {};
  if (pid === undefined || start === undefined || boot === undefined) return undefined;
  if (namespace === undefined || host === undefined) return undefined;
  return { pid: Number(pid), start, boot, namespace, host };
}

/**
 * Whether a process has certainly ended. What cannot be known counts as alive: on another host, in doubt, or in
 * another process namespace, where a number says nothing here. So a container that was killed leaves a claim
 * that its successor does not take over, unless the machine has started anew since.
 */
async function isGone(other: ProcessIdentity, own: ProcessIdentity): Promise<boolean> {
  if (other.host !== own.host) return false;
  if (other.boot !== own.boot) return other.boot !== UNKNOWN && own.boot !== UNKNOWN;
  if (other.namespace !== own.namespace) return false;
  if (!isRunning(other.pid)) return true;
  const { state, start } = await statusOf(other.pid);
  if (ENDED_STATES.has(state)) return true;
  return start !== other.start && start !== UNKNOWN && other.start !== UNKNOWN;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemErrorCode(error) !== "ESRCH";
  }
}

export async function currentProcess(): Promise<ProcessIdentity> {
  const { start } = await statusOf(process.pid);
  const [boot, namespace] = [await bootId(), await pidNamespace()];
  return { host: hostname(), boot, namespace, pid: process.pid, start };
}

/** The link reads `pid:[4026531836]`; of the namespaces that exist at one time no two have the same number. */
async function pidNamespace(): Promise<string> {
  const link = await readlink("/proc/self/ns/pid").catch(() => "");
  return /\[(\d+)\]$/.exec(link)?.[1] ?? UNKNOWN;
}

async function bootId(): Promise<string> {
  return (await readProc("/proc/sys/kernel/random/boot_id")).trim() || UNKNOWN;
}

/** Fields 3 and 22 of `/proc/<pid>/stat`, found from behind the command name: that may hold spaces and brackets. */
async function statusOf(pid: number): Promise<{ state: string; start: string }> {
  const stat = await readProc(`/proc/${pid}/stat`);
  const fromThird = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fromThird[0] ?? UNKNOWN, start: fromThird[22 - 3] ?? UNKNOWN };
}

/** Empty where the system has no such file. */
async function readProc(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return "";
  }
}

function locked(owner: string): AuditError {
  return new AuditError("LOCKED", `the log is in use, as ${owner} says`, {
    remedy:
      "a log has one writer; if that process is certainly gone (a host or container that is no more), remove that file",
  });
}
