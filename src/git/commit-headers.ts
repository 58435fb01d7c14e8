/** More than the octopus merges and merged tags of real history; the message is bounded on its own. */
export const MAX_HEADER_BYTES = 1024 * 1024;
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Nothing larger is worth parsing: headers, the blank line, the message. */
export const MAX_COMMIT_BYTES = MAX_HEADER_BYTES + 1 + MAX_MESSAGE_BYTES;
/** The widest merge in the history of Linux has 66. */
export const MAX_PARENTS = 1000;

/** One header of a commit or tag object, with its place in the object's bytes. */
export interface ObjectHeader {
  readonly name: string;
  /** The value, a line each; the space that marks a continuation is removed. Bytes as latin1. */
  readonly lines: readonly string[];
  readonly start: number;
  /** Just past the newline of the last line. */
  readonly end: number;
}

/** Carries the reason from the depth of the parser to `parseCommit` or `parseTag`, and never further. */
export class MalformedObject extends Error {
  override readonly name = "MalformedObject";
}

const NEWLINE = 0x0a;
const SPACE = 0x20;

/**
 * Cuts a commit or tag object at its first blank line, and the part above into headers:
 *
 *     name SP value LF ( SP continuation LF )*
 */
export function splitObject(bytes: Uint8Array): { headers: ObjectHeader[]; message: Uint8Array } {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers: ObjectHeader[] = [];
  for (let start = 0; buffer[start] !== NEWLINE; ) {
    const header = readHeader(buffer, start);
    headers.push(header);
    start = header.end;
  }
  const message = buffer.subarray((headers.at(-1)?.end ?? 0) + 1);
  if (message.length > MAX_MESSAGE_BYTES) {
    throw new MalformedObject(`a message of more than ${MAX_MESSAGE_BYTES} bytes`);
  }
  return { headers, message };
}

function readHeader(buffer: Buffer, start: number): ObjectHeader {
  const first = readLine(buffer, start);
  const space = first.text.indexOf(" ");
  if (space < 1) throw new MalformedObject("a header line without a name and a value");
  const lines = [first.text.slice(space + 1)];
  let end = first.end;
  while (buffer[end] === SPACE) {
    const continuation = readLine(buffer, end);
    lines.push(continuation.text.slice(1));
    end = continuation.end;
  }
  return { name: first.text.slice(0, space), lines, start, end };
}

function readLine(buffer: Buffer, start: number): { text: string; end: number } {
  const newline = buffer.indexOf(NEWLINE, start);
  if (newline === -1) throw new MalformedObject("no blank line after the headers");
  if (newline > MAX_HEADER_BYTES) throw new MalformedObject(`headers of more than ${MAX_HEADER_BYTES} bytes`);
  const text = buffer.toString("latin1", start, newline);
  if (text.includes("\0")) throw new MalformedObject("a NUL byte in the headers");
  return { text, end: newline + 1 };
}
