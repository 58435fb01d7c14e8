import { execute } from "./build.ts";

/** Who the image runs as. */
const USER = "65532:65532";

const DIRECTORY_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec chroot "$@"';

export interface Entered {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in an unpacked root that cannot be written, as the image's user. Needs root, for the mount. */
export async function enter(
  root: string,
  env: readonly string[],
  command: readonly string[],
): Promise<Entered> {
  const chroot = [`--userspec=${USER}`, "--groups=", root, ...command];
  const args = ["--mount", "--pid", "--fork", "sh", "-c", DIRECTORY_READ_ONLY, root, ...chroot];
  const variables = Object.fromEntries(env.map((line) => line.split(/=(.*)/s, 2)));
  try {
    const { stdout, stderr } = await execute("unshare", args, {
      env: { ...variables, PATH: `${variables.PATH}:/usr/sbin:/usr/bin:/sbin:/bin` },
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}
