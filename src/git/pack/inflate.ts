import { inflateSync } from "node:zlib";
import { systemErrorCode } from "../../fault.ts";
import { GitError } from "../error.ts";

/** The smallest output buffer that zlib takes. */
const MIN_CHUNK = 64;
const MAX_CHUNK = 1024 * 1024;

export interface Inflated {
  readonly bytes: Uint8Array;
  /** How many bytes of the input the stream took; what follows it is the next entry. */
  readonly consumed: number;
}

/**
 * Inflates a zlib stream that must give exactly `size` bytes. The size was stated, and checked against
 * the limits, before: a stream that gives more is cut off there, not inflated first and measured after.
 * Undefined where the input ends before the stream does.
 */
export function inflateExactly(input: Uint8Array, size: number): Inflated | undefined {
  // One byte more than stated, so that a stream which goes on is seen to.
  const chunkSize = Math.min(Math.max(size + 1, MIN_CHUNK), MAX_CHUNK);
  const options = { maxOutputLength: size + 1, chunkSize, info: true };
  try {
    // With `info` the answer has this shape; the library's types know only the plain one.
    const result: unknown = inflateSync(input, options);
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
    if (buffer.length !== size) throw corrupt(`${buffer.length} bytes where ${size} were stated`);
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    switch (systemErrorCode(error)) {
      case "Z_BUF_ERROR":
        return undefined;
      case "Z_DATA_ERROR":
      case "Z_NEED_DICT":
        throw corrupt("not a zlib stream", error);
      case "ERR_BUFFER_TOO_LARGE":
        throw corrupt(`more than the ${size} bytes that were stated`, error);
      default:
        throw error;
    }
  }
}

function corrupt(found: string, cause?: unknown): GitError {
  return new GitError("OBJECT_CORRUPT", `an object's compressed data is damaged: ${found}`, { cause });
}
