import type { Readable } from "node:stream";

/** More than any CGI program says before its content. */
const MAX_HEADER_BYTES = 64 * 1024;
const END = "\r\n\r\n";

export interface CgiHeaders {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The first bytes of the content, which came together with the headers. */
  readonly rest: Buffer;
}

/** Reads the headers that a CGI program writes before its content, and leaves the stream at the content. */
export async function readCgiHeaders(output: Readable): Promise<CgiHeaders> {
  let seen = Buffer.alloc(0);
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    seen = Buffer.concat([seen, chunk as Buffer]);
    const end = seen.indexOf(END);
    if (end !== -1) return parseHeaders(seen.toString("latin1", 0, end), seen.subarray(end + END.length));
    if (seen.length > MAX_HEADER_BYTES) break;
  }
  throw new Error("the CGI program did not write its headers");
}

function parseHeaders(text: string, rest: Buffer): CgiHeaders {
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === "status") status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, rest };
}
