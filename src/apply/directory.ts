import { randomBytes } from "node:crypto";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { z } from "zod";
import { systemErrorCode } from "../fault.ts";
import { type JsonValue, type Located, manifestsOf, parseObjects, parseYaml } from "../render/index.ts";
import { syncFolder } from "../sync-folder.ts";
import type { LogPosition, Recorded } from "../verified.ts";
import { ApplyError } from "./error.ts";
import { PROVENANCE_FILE, type TargetFile, toFiles } from "./files.ts";
import { type Admission, type ApplyReport, NOTHING_BESIDES, type Target } from "./target.ts";

/**
 * The embedded target. `path` is a symbolic link to a generation, a directory written whole and fsynced
 * under `.<name>.sluice/` beside it; rename(2) swaps the link, so a reader (and a crash) sees the old
 * generation or the new one, never a mixture.
 */
export class DirectoryTarget implements Target {
  readonly #link: string;
  readonly #store: string;

  constructor(path: string) {
    this.#link = resolve(path);
    this.#store = join(dirname(this.#link), `.${basename(this.#link)}.sluice`);
  }

  async apply(admission: Recorded<Admission>): Promise<ApplyReport> {
    try {
      await this.#claim();
      const generation = `${String(admission.entry.index).padStart(10, "0")}-${randomBytes(6).toString("hex")}`;
      const before = await this.#live();
      await writeGeneration(join(this.#store, generation), toFiles(admission)); // durable before the swap
      await this.#swap(generation);
      await this.#collect([generation, before]);
      return NOTHING_BESIDES;
    } catch (cause) {
      if (cause instanceof ApplyError) throw cause;
      throw new ApplyError(
        "TARGET_UNWRITABLE",
        `${this.#link} cannot be written: ${systemErrorCode(cause)}`,
        {
          remedy: "free space or mend the permissions; nothing in it is half written",
          cause,
        },
      );
    }
  }

  async holds(admission: Recorded<Admission>): Promise<boolean> {
    const live = await this.#live();
    return live !== undefined && holdsExactly(join(this.#store, live), toFiles(admission));
  }

  async isIntact({ index, leafHash }: LogPosition): Promise<boolean> {
    const live = await this.#live();
    if (live === undefined) return false;
    const folder = join(this.#store, live);
    const { entry, manifests } = (await readProvenance(folder)) ?? {};
    return entry?.index === index && entry.leafHash === leafHash && manifests === (await digestOf(folder));
  }

  async currentEntry(): Promise<LogPosition | undefined> {
    const live = await this.#live();
    return live === undefined ? undefined : (await readProvenance(join(this.#store, live)))?.entry;
  }

  /** Makes sure that the path is free or ours: a folder that somebody filled is not overwritten. */
  async #claim(): Promise<void> {
    await mkdir(this.#store, { recursive: true, mode: 0o755 });
    const existing = await lstat(this.#link).catch(() => undefined);
    if (existing === undefined || (await this.#live()) !== undefined) return;
    if (existing.isDirectory() && (await readdir(this.#link)).length === 0) return rmdir(this.#link);
    throw new ApplyError("TARGET_OCCUPIED", `${this.#link} exists, and was not made by a gate`, {
      remedy: "name a path that is free, or move what is there",
    });
  }

  /** The name of the generation that the link points to, or undefined when the link is not ours. */
  async #live(): Promise<string | undefined> {
    const destination = await readlink(this.#link).catch(() => undefined);
    if (destination === undefined) return undefined;
    return dirname(destination) === basename(this.#store) ? basename(destination) : undefined;
  }

  async #swap(generation: string): Promise<void> {
    const fresh = join(this.#store, `link-${generation}`);
    await symlink(join(basename(this.#store), generation), fresh);
    await rename(fresh, this.#link);
    await syncFolder(dirname(this.#link));
  }

  /**
   * Removes every generation but the live one and the one before it, which readers may be in the middle of, and
   * what interrupted runs left. What cannot be removed now is litter for the next time, and no failure.
   */
  async #collect(kept: readonly (string | undefined)[]): Promise<void> {
    const names = await readdir(this.#store).catch(() => []);
    for (const name of names.filter((name) => !kept.includes(name))) {
      await rm(join(this.#store, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function writeGeneration(folder: string, files: readonly TargetFile[]): Promise<void> {
  const folders = new Set([folder, ...files.map(({ path }) => dirname(join(folder, path)))]);
  for (const each of folders) await mkdir(each, { recursive: true, mode: 0o755 });
  for (const { path, text, mode } of files) {
    const file = await open(join(folder, path), "wx", mode);
    await writeAndSync(file, text);
  }
  for (const each of [...folders, dirname(folder)]) await syncFolder(each);
}

async function writeAndSync(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

const provenanceSchema = z.object({
  entry: z.object({ index: z.int().nonnegative(), leafHash: z.string() }),
  manifests: z.string(),
});

/** Undefined where it is damaged: as if nothing was ever applied, and so written again. */
async function readProvenance(folder: string): Promise<z.output<typeof provenanceSchema> | undefined> {
  const text = await readFile(join(folder, PROVENANCE_FILE), "utf8").catch(() => "null");
  const provenance = provenanceSchema.safeParse(parseJson(text));
  return provenance.success ? provenance.data : undefined;
}

/** Of the objects in a generation; undefined where a file is no object that could have been written there. */
async function digestOf(folder: string): Promise<string | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory() && entry.name !== PROVENANCE_FILE);
  const documents: Located<JsonValue>[] = [];
  for (const { parentPath, name } of files) {
    const bytes = await readFile(join(parentPath, name)).catch(() => undefined);
    const parsed = bytes && parseYaml(bytes, name);
    if (parsed?.ok !== true) return undefined;
    documents.push(...parsed.value.map(({ value }) => ({ value, origin: name })));
  }
  const { objects, refusals } = parseObjects(documents);
  return refusals.length > 0 ? undefined : manifestsOf(objects.map(({ value }) => value)).digest;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What cannot be read is not held: applying then mends it, or says why it cannot. */
async function holdsExactly(folder: string, expected: readonly TargetFile[]): Promise<boolean> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  if (entries.filter((entry) => !entry.isDirectory()).length !== expected.length) return false;
  for (const { path, text } of expected) {
    if ((await readFile(join(folder, path), "utf8").catch(() => undefined)) !== text) return false;
  }
  return true;
}
