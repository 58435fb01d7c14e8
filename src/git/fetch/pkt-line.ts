import { GitError } from "../error.ts";

const LENGTH_DIGITS = 4;
const MAX_PKT_BYTES = 65_520;

/** A line for the wire: its length in four hexadecimal digits, those included, then its bytes. */
export function toPktLine(text: string): string {
  return (Buffer.byteLength(text) + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, "0") + text;
}

/** The line without content that ends an answer, and a request. */
export const FLUSH_PKT = "0000";

/** The line without content between the parts of a request in protocol 2. */
export const DELIMITER_PKT = "0001";

/**
 * Cuts an answer into its lines. It ends with a flush line, which is left out, and with nothing after that: an answer
 * that stops before is BAD_RESPONSE, not finished, and so is one with a delimiter, which nothing that is asked for has.
 * https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
 */
export async function* readPktLines(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let isEnded = false;
  for await (const chunk of stream) {
    rest =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const length = pktLength(rest, start);
      if (length === undefined || start + length > rest.length) break;
      if (isEnded) throw malformed("it goes on after its end");
      if (length === 0) isEnded = true;
      else yield rest.subarray(start + LENGTH_DIGITS, start + length);
      start += Math.max(length, LENGTH_DIGITS);
    }
    rest = rest.subarray(start);
  }
  if (rest.length > 0 || !isEnded) throw malformed("it is cut off");
}

/** The length of the line at `start`, 0 for a flush; undefined where its digits have not all arrived. */
export function pktLength(bytes: Buffer, start: number): number | undefined {
  if (start + LENGTH_DIGITS > bytes.length) return undefined;
  const digits = bytes.toString("latin1", start, start + LENGTH_DIGITS);
  const length = /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  if (length === 0) return 0;
  if (length < LENGTH_DIGITS || length > MAX_PKT_BYTES) throw malformed("a line has no length");
  return length;
}

const MAX_SHOWN = 200;

/** Throws SERVER_ERROR for the line that says that the server gives up; it may come instead of any other. */
export function throwServerError(line: Buffer): void {
  if (line.toString("latin1", 0, 4) === "ERR ") throw serverError(line.subarray(4));
}

/** What a server says why it failed, shown with nothing in it that a terminal would act on. */
export function serverError(message: Buffer): GitError {
  const shown = JSON.stringify(message.toString("utf8", 0, MAX_SHOWN).trim());
  return new GitError("SERVER_ERROR", `the git server gave up: ${shown}`);
}

function malformed(found: string): GitError {
  return new GitError("BAD_RESPONSE", `the server's answer is not well formed: ${found}`, {
    remedy: "try again; then check the URL with `git ls-remote`",
  });
}
