import { readdirSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../fault.ts";
import { GitError } from "./error.ts";
import type { FoundObject } from "./objects/store.ts";
import type { ObjectType, Oid } from "./oid.ts";
import { locateRepository, readMetadata } from "./repository/locate.ts";
import { readRef, TAGS } from "./repository/refs.ts";
import { type Repository, throwMissing } from "./repository/repository.ts";
import { parseTag } from "./tag.ts";

/** More than any real repository has. */
const MAX_TAGS = 100_000;
/** As deep as folders of tags may lie in each other. */
const MAX_DEPTH = 32;

/** What a ref under `refs/tags/` leads to, not judged yet. */
export interface RawTag {
  /** The full name. */
  readonly ref: string;
  readonly oid: Oid;
  /** The tag object, or what a lightweight tag names directly. */
  readonly object: FoundObject;
  /** What the tag's target really is; undefined where there is no tag that names one. */
  readonly targetType: ObjectType | undefined;
}

/** Throws REF_NOT_FOUND, OBJECT_MISSING, OBJECT_CORRUPT, SHA1_COLLISION for the target; the name may leave out `refs/tags/`. */
export function readRawTag(repository: Repository, name: string): RawTag {
  const ref = name.startsWith("refs/") ? name : `${TAGS}${name}`;
  const oid = ref.startsWith(TAGS) ? repository.readRef(ref) : undefined;
  if (oid === undefined) {
    throw new GitError("REF_NOT_FOUND", `there is no tag ${JSON.stringify(name.slice(0, 100))}`, {
      remedy: "give the name of a tag, or its full ref name",
    });
  }
  return readTagAt(repository, ref, oid);
}

/** What a ref leads to that holds `oid`. Throws OBJECT_MISSING, OBJECT_CORRUPT, SHA1_COLLISION for the target. */
export function readTagAt(repository: Repository, ref: string, oid: Oid): RawTag {
  const object = repository.inspect(oid) ?? throwMissing(oid);
  const tag = object.type === "tag" ? parseTag(object.bytes) : undefined;
  const targetType = tag?.ok ? repository.readObject(tag.value.target).type : undefined;
  return { ref, oid, object, targetType };
}

/** The full names of all tags of the repository at `path`, sorted. */
export function listTagRefs(path: string): string[] {
  return [...readTagRefs(path).keys()].sort();
}

/** What each tag of the repository at `path` holds, by its full name. A loose ref counts before a packed one. */
export function readTagRefs(path: string): ReadonlyMap<string, Oid> {
  const paths = locateRepository(path);
  const lines = (readMetadata(join(paths.commonDir, "packed-refs")) ?? "").split("\n");
  const packed = lines.filter((line) => line.startsWith(TAGS, 41) && line[40] === " ");
  const refs = new Map(packed.map((line) => [line.slice(41), line.slice(0, 40)]));
  for (const ref of looseRefs(paths.commonDir, TAGS.slice(0, -1), 0)) {
    const oid = readRef(paths, ref);
    if (oid !== undefined) refs.set(ref, oid);
  }
  if (refs.size <= MAX_TAGS) return refs;
  throw new GitError("UNSUPPORTED_REPOSITORY", `the repository has more than ${MAX_TAGS} tags`, {
    remedy: "name the tags that are to be verified",
  });
}

function looseRefs(commonDir: string, folder: string, depth: number): string[] {
  if (depth > MAX_DEPTH) throw new GitError("UNSUPPORTED_REPOSITORY", `${folder} is nested too deeply`);
  return entriesOf(join(commonDir, folder)).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return looseRefs(commonDir, name, depth + 1);
    // What git leaves behind while it writes, or after a crash, is no ref.
    return entry.name.endsWith(".lock") ? [] : [name];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
