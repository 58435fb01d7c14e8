import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { systemErrorCode } from "../../fault.ts";
import { GitError } from "../error.ts";
import type { GitObject, ObjectType, Oid } from "../oid.ts";

/** `type SP size NUL` at its longest. */
const MAX_HEADER = 32;
const HEADER = /^(commit|tree|blob|tag) (0|[1-9][0-9]{0,15})$/;

/** The object in its own file under `objects/`, if there is one. Not yet compared with its name. */
export function readLooseObject(directory: string, oid: Oid, maxBytes: number): GitObject | undefined {
  const file = readBounded(join(directory, oid.slice(0, 2), oid.slice(2)), oid, maxBytes);
  if (file === undefined) return undefined;
  const content = inflateLoose(file, oid, maxBytes);
  const nul = content.subarray(0, MAX_HEADER).indexOf(0);
  const [, type, size] = HEADER.exec(content.toString("latin1", 0, Math.max(nul, 0))) ?? [];
  const bytes = content.subarray(nul + 1);
  if (type === undefined || Number(size) !== bytes.length) throw corrupt(oid, "its header is wrong");
  if (bytes.length > maxBytes) throw tooLarge(oid, maxBytes);
  return { type: type as ObjectType, bytes };
}

function readBounded(path: string, oid: Oid, maxBytes: number): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    if (fstatSync(descriptor).size > maxBytes) throw tooLarge(oid, maxBytes);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function inflateLoose(file: Buffer, oid: Oid, maxBytes: number): Buffer {
  try {
    return inflateSync(file, { maxOutputLength: maxBytes + MAX_HEADER });
  } catch (error) {
    if (systemErrorCode(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(oid, maxBytes);
    throw corrupt(oid, "it is not a zlib stream", error);
  }
}

function tooLarge(oid: Oid, maxBytes: number): GitError {
  return new GitError("OBJECT_TOO_LARGE", `object ${oid} has more than ${maxBytes} bytes`, {
    remedy: "keep large files out of the configuration repository",
  });
}

function corrupt(oid: Oid, found: string, cause?: unknown): GitError {
  return new GitError("OBJECT_CORRUPT", `object ${oid} is damaged: ${found}`, {
    cause,
    remedy: "look at the repository with `git fsck`, or fetch it again",
  });
}
