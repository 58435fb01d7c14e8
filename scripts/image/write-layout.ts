import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ImageError } from "./error.ts";
import type { Layout } from "./layout.ts";
import { toTar } from "./tar.ts";

/** Writes an archive where the name ends in `.tar`, else a folder; in place of an earlier one. Throws OCCUPIED. */
export async function writeLayout(layout: Layout, output: string): Promise<void> {
  const isArchive = output.endsWith(".tar");
  if (!isArchive) refuseOthers(output);
  const unfinished = `${output}.${process.pid}`;
  await mkdir(dirname(output), { recursive: true });
  if (isArchive) await writeFile(unfinished, toTar(layout.files));
  else await writeFolder(layout, unfinished);
  // Renamed into place, so that what is there is whole.
  if (!isArchive) await rm(output, { recursive: true, force: true });
  await rename(unfinished, output);
}

/** A folder that is no image is somebody's work. */
function refuseOthers(output: string): void {
  if (!existsSync(output) || existsSync(join(output, "oci-layout"))) return;
  throw new ImageError("OCCUPIED", `${output} is there, and is no image layout`, {
    remedy: "name another folder",
  });
}

async function writeFolder({ files }: Layout, folder: string): Promise<void> {
  for (const entry of files) {
    const path = join(folder, entry.path);
    if (entry.type === "directory") await mkdir(path, { recursive: true });
    if (entry.type === "file") await writeFile(path, entry.content);
  }
}
