import { createHash } from "node:crypto";
import { GitError } from "./error.ts";

/** A SHA-1 object id: 40 lower-case hexadecimal digits. */
export type Oid = string;

export type ObjectType = "commit" | "tree" | "blob" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Uint8Array;
}

const OID = /^[0-9a-f]{40}$/;

export function isOid(text: string): text is Oid {
  return OID.test(text);
}

/** Throws BAD_OID for anything but a whole, lower-case oid: an abbreviation is somebody's guess. */
export function parseOid(text: string): Oid {
  if (!isOid(text)) {
    throw new GitError("BAD_OID", "not an object id: 40 lower-case hexadecimal digits are expected", {
      remedy: "give the full id, as `git rev-parse` prints it",
    });
  }
  return text;
}

/** An object's name: SHA-1 over `type SP size NUL content`. */
export function hashObject(type: ObjectType, bytes: Uint8Array): Oid {
  return createHash("sha1").update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}
