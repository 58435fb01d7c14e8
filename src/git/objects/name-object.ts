import { sha1 } from "../../cell/index.ts";
import { type GitObject, hashObject, type Oid } from "../oid.ts";

export interface ObjectName {
  readonly oid: Oid;
  /** The object is one of a pair that was crafted to have one name. */
  readonly collision: boolean;
}

/**
 * Finds the name of an object, and whether it was crafted to share it. One object is enough to tell: a pair is made of
 * blocks that no honest content has, and each half holds some.
 */
export function nameObject({ type, bytes }: GitObject): ObjectName {
  const { hex, collision } = sha1(Buffer.from(`${type} ${bytes.length}\0`, "latin1"), bytes);
  return { oid: collision ? hashObject(type, bytes) : hex, collision };
}
