import { KubeError } from "./error.ts";

const NEWLINE = 0x0a;

/** Cuts a stream into lines. What follows the last newline was cut off, and is no line. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      parts.push(chunk.subarray(start, end));
      if (length + end - start > maxBytes) throw tooLong(maxBytes);
      yield Buffer.concat(parts).toString("utf8");
      [parts, length, start] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(start));
    length += chunk.length - start;
    if (length > maxBytes) throw tooLong(maxBytes);
  }
}

function tooLong(maxBytes: number): KubeError {
  return new KubeError("TOO_LARGE", `a line of a watch is longer than ${maxBytes} bytes`);
}
