import { SIGNATURE_LABELS } from "./tag.ts";

const NEWLINE = 0x0a;
const TAG_START = /^object [0-9a-f]{40}$/;

/**
 * Cuts a note into the tag objects that it holds: each ends with the line that ends its signature, and blank lines
 * stand between them, as `git notes append` puts them. The bytes of a part are those of the object, so that
 * `git hash-object -t tag` gives its name. What is left without a signature's end is a part too, and no tag; so are words
 * that somebody wrote before the first one.
 */
export function splitApprovalNote(note: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(note.buffer, note.byteOffset, note.byteLength);
  const parts: Uint8Array[] = [];
  let start: number | undefined;
  let startsTag = false;
  /** The line that ends the signature which has begun. */
  let signatureEnd: string | undefined;
  for (let at = 0; at < buffer.length; ) {
    const newline = buffer.indexOf(NEWLINE, at);
    const end = newline === -1 ? buffer.length : newline + 1;
    const line = buffer.toString("latin1", at, newline === -1 ? end : newline);
    if (start !== undefined && !startsTag && isBlankBefore(buffer, at) && TAG_START.test(line)) {
      parts.push(buffer.subarray(start, at));
      start = undefined;
    }
    if (line !== "" && start === undefined) {
      start = at;
      startsTag = TAG_START.test(line);
    }
    signatureEnd ??= endOfSignature(line);
    if (start !== undefined && line === signatureEnd) {
      parts.push(buffer.subarray(start, end));
      start = undefined;
      signatureEnd = undefined;
    }
    at = end;
  }
  if (start !== undefined) parts.push(buffer.subarray(start));
  return parts;
}

function isBlankBefore(buffer: Buffer, at: number): boolean {
  return buffer[at - 1] === NEWLINE && buffer[at - 2] === NEWLINE;
}

function endOfSignature(line: string): string | undefined {
  const label = SIGNATURE_LABELS.find((each) => line.startsWith(`-----BEGIN ${each}-----`));
  return label === undefined ? undefined : `-----END ${label}-----`;
}
