import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../../fault.ts";
import { AuditError } from "../error.ts";

/** A folder that was new or empty; each file is written once. */
export class NewFolder {
  readonly #root: string;
  readonly #written = new Set<string>();

  private constructor(root: string) {
    this.#root = root;
  }

  /** Throws EXISTS where something is there already, and UNWRITABLE. */
  static async create(root: string): Promise<NewFolder> {
    const names = await attempt(root, async () => {
      await mkdir(root, { recursive: true });
      return await readdir(root);
    });
    if (names.length > 0) {
      throw new AuditError("EXISTS", `${root} is not empty`, { remedy: "name a new folder" });
    }
    return new NewFolder(root);
  }

  async write(path: string, content: Uint8Array | string): Promise<void> {
    if (this.#written.has(path)) return;
    this.#written.add(path);
    const target = join(this.#root, path);
    await attempt(target, async () => {
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content, { flag: "wx" });
    });
  }
}

async function attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw new AuditError(
      "UNWRITABLE",
      `cannot write ${path} (${systemErrorCode(cause) ?? "unknown error"})`,
      { cause },
    );
  }
}
