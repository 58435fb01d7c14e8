import { randomUUID } from "node:crypto";
import { access, type FileHandle, link, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { AuditError } from "../audit/index.ts";
import { systemErrorCode } from "../fault.ts";
import { syncFolder } from "../sync-folder.ts";

export const OWNER_ONLY = 0o600;
export const READABLE = 0o644;
const GROUP_AND_OTHERS = 0o077;

export interface KeyFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/**
 * Writes the files of a key, the private one last in the list: what fails before it leaves nothing that would
 * be used. Each is there whole and durable or not at all, and none is ever overwritten. Throws EXISTS or UNWRITABLE.
 */
export async function writeKeyFiles(files: readonly KeyFile[]): Promise<void> {
  for (const { path } of files) await refuseExisting(path);
  for (const file of files) await writeKeyFile(file);
}

async function refuseExisting(path: string): Promise<void> {
  try {
    await access(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw unwritable(path, error);
  }
  throw exists(path);
}

/**
 * Under a name that nobody can have prepared, as a file or a link, and with a mode that no umask and no earlier
 * file decides. A link, unlike a renaming, does not replace what came to be there meanwhile.
 */
async function writeKeyFile({ path, content, mode }: KeyFile): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeSynced(await open(temporary, "wx", OWNER_ONLY), content, mode);
      await link(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw systemErrorCode(error) === "EEXIST" ? exists(path) : unwritable(path, error);
  }
}

async function writeSynced(file: FileHandle, content: string, mode: number): Promise<void> {
  try {
    await file.writeFile(content);
    await file.chmod(mode);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a folder durable. Windows has no such call, and writes names through by itself. */

/** The file, or undefined where there is none. Throws UNREADABLE. */
export async function readKeyFile(path: string): Promise<string | undefined> {
  return await readChecked(path, async (file) => file.readFile("utf8"));
}

/** As {@link readKeyFile}; throws EXPOSED_KEY where anybody but the owner may read or change it. */
export async function readPrivateKeyFile(path: string): Promise<string | undefined> {
  return await readChecked(path, async (file) => {
    const { mode } = await file.stat();
    // Windows has no such modes: there the folder's own access list decides.
    if (process.platform !== "win32" && (mode & GROUP_AND_OTHERS) !== 0) throw exposed(path, mode);
    return file.readFile("utf8");
  });
}

async function readChecked(
  path: string,
  read: (file: FileHandle) => Promise<string>,
): Promise<string | undefined> {
  try {
    await using file = await open(path);
    return await read(file);
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    if (systemErrorCode(cause) === "ENOENT") return undefined;
    throw new AuditError("UNREADABLE", `${path} cannot be read (${systemErrorCode(cause)})`, { cause });
  }
}

function exposed(path: string, mode: number): AuditError {
  const found = (mode & 0o777).toString(8).padStart(4, "0");
  return new AuditError("EXPOSED_KEY", `${path} has mode ${found}: others than its owner have access`, {
    remedy: "chmod 600 it if nobody can have copied it; otherwise begin a new log with a new key",
  });
}

function exists(path: string): AuditError {
  return new AuditError("EXISTS", `${path} exists already`, {
    remedy: "keys are never overwritten: name another file, or move this one away",
  });
}

function unwritable(path: string, cause: unknown): AuditError {
  return new AuditError("UNWRITABLE", `cannot write ${path} (${systemErrorCode(cause)})`, { cause });
}
