import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import type { Finished } from "../../support/cli.ts";

/** Who the image runs as. */
const USER = "65532:65532";

/**
 * As the Deployment has it: a root that cannot be written, and volumes in it that can. In a mount namespace of its own,
 * where all of it ends with the process, which every step becomes in turn.
 */
const ENTER = `
  mount --bind "$ROOT" "$ROOT" && mount -o remount,ro,bind "$ROOT"
  for volume in $VOLUMES; do
    mount -t tmpfs -o uid=65532,gid=65532,mode=700 tmpfs "$ROOT/$volume"
  done
  exec env --ignore-environment $VARIABLES /usr/sbin/chroot --userspec=${USER} --groups= "$ROOT" "$@"`;

export interface Entering {
  readonly root: string;
  /** As in the image's configuration; no value has a space. */
  readonly env: readonly string[];
  /** Folders of the root. */
  readonly volumes?: readonly string[];
}

/** Starts a command in an unpacked root, as the image's user. Needs root, for the mounts. */
export function startInside({ root, env, volumes = [] }: Entering, command: readonly string[]): ChildProcess {
  return spawn("unshare", ["--mount", "sh", "-euc", ENTER, "sh", ...command], {
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      ROOT: root,
      VOLUMES: volumes.join(" "),
      VARIABLES: env.join(" "),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** The same, to its end. */
export async function runInside(entering: Entering, command: readonly string[]): Promise<Finished> {
  const child = startInside(entering, command);
  if (child.stdout === null || child.stderr === null) throw new TypeError("the command prints nowhere");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code: child.exitCode, stdout, stderr };
}
