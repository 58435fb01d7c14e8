import { GitError } from "../error.ts";

const LENGTH_DIGITS = 4;
const MAX_PKT_BYTES = 65_520;

/** A line for the wire: its length in four hexadecimal digits, those included, then its bytes. */
export function toPktLine(text: string): string {
  return (text.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, "0") + text;
}

/** The line without content that ends a section. */
export const FLUSH_PKT = "0000";

/**
 * Cuts a stream into its lines. Flush lines are left out: what they would end is told apart by content.
 * A stream that stops inside a line is BAD_RESPONSE, not finished.
 * https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
 */
export async function* readPktLines(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest =
      rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([rest, chunk]);
    let start = 0;
    for (;;) {
      const length = pktLength(rest, start);
      if (length === undefined || start + length > rest.length) break;
      if (length > LENGTH_DIGITS) yield rest.subarray(start + LENGTH_DIGITS, start + length);
      start += Math.max(length, LENGTH_DIGITS);
    }
    rest = rest.subarray(start);
  }
  if (rest.length > 0) throw malformed("it ends inside a line");
}

/** The length of the line at `start`, 0 for a flush; undefined where its digits have not all arrived. */
function pktLength(bytes: Buffer, start: number): number | undefined {
  if (start + LENGTH_DIGITS > bytes.length) return undefined;
  const digits = bytes.toString("latin1", start, start + LENGTH_DIGITS);
  const length = /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
  if (length === 0) return 0;
  if (length < LENGTH_DIGITS || length > MAX_PKT_BYTES) throw malformed("a line has no length");
  return length;
}

function malformed(found: string): GitError {
  return new GitError("BAD_RESPONSE", `the server's answer is not well formed: ${found}`);
}
