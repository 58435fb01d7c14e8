import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const execute = promisify(execFile);

export const ROOT = join(import.meta.dirname, "../../..");

/** What the build reads of a checkout, and the build itself. */
const INPUTS = [
  "LICENSE",
  "package.json",
  "package-lock.json",
  "bin",
  "scripts",
  "src",
  "cell/SHA256",
  "cell/sluice-cell.wasm.br",
  "cell/sluice-sha1.wasm.br",
  "policies",
];

export interface Built {
  /** Of the manifest, as the build printed it. */
  readonly digest: string;
  /** The OCI image layout, or the archive of one. */
  readonly output: string;
}

/** A checkout of its own below a new folder, so that no edit of this one falls between two builds. */
export async function copyCheckout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sluice-image-test-"));
  for (const path of INPUTS) await cp(join(ROOT, path), join(folder, path), { recursive: true });
  return folder;
}

/** Gives a checkout other times than it has, as one of another day would have. */
export async function age(checkout: string): Promise<void> {
  for (const path of INPUTS) await utimes(join(checkout, path), 1, 1);
}

/** Runs the build of a checkout. */
export async function build(checkout: string, name: string): Promise<Built> {
  const output = join(checkout, "out", name);
  await mkdir(join(checkout, "out"), { recursive: true });
  const program = join(checkout, "scripts/build-image.ts");
  const { stdout } = await execute(process.execPath, [program, "--output", output]);
  return { digest: stdout.split(" ")[0] ?? "", output };
}
