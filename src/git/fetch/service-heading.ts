import { SERVICE } from "./remote-url.ts";
import { FLUSH_PKT, toPktLine } from "./pkt-line.ts";

/** What protocol 0 has before the advertisement where it comes by HTTP, and some servers have in protocol 2 too. */
const HEADING = Buffer.from(toPktLine(`# service=${SERVICE}\n`) + FLUSH_PKT);

/** The advertisement as it is over every other transport. */
export async function* withoutServiceHeading(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of stream) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < HEADING.length) continue;
    yield stripped(start);
    start = undefined;
  }
  if (start !== undefined) yield start;
}

function stripped(start: Buffer): Buffer {
  return start.subarray(0, HEADING.length).equals(HEADING) ? start.subarray(HEADING.length) : start;
}
