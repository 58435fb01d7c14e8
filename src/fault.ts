/**
 * The base of every area's error class. A fault means "could not look", never "looked and refused":
 * it is retried or reported, and lets nothing through.
 *
 * Each area derives one class with a closed union of codes:
 * `export class GitError extends Fault<GitErrorCode> { override readonly name = "GitError"; }`.
 * Messages hold no secret: no credential, no token, no Secret's data.
 */
export abstract class Fault<Code extends string = string> extends Error {
  readonly code: Code;
  /** What a person can do about it; empty where nothing but trying again helps. */
  readonly remedy: string;

  constructor(code: Code, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy ?? "";
  }
}

/** The end of an exhaustive `switch`: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${String(value)}`);
}

/** The code of a Node system error (`ENOENT`, `EACCES`…), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
