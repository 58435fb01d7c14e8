// The host's side of cell/internal/frame: a little-endian length, a JSON header of that length, raw blobs.

import { z } from "zod";
import { CellError } from "./errors.ts";
import { cellProblem } from "./problems.ts";

const PREFIX_BYTES = 4;

export type Files = ReadonlyMap<string, Uint8Array>;

/** A request frame. Files go in order of path, so that equal trees make equal frames. */
export function encodeRequest(op: string, args: unknown, files: Files): Uint8Array<ArrayBuffer> {
  const entries = [...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const header = new TextEncoder().encode(
    JSON.stringify({
      op,
      args,
      files: entries.map(([path, content]) => ({ path, size: content.byteLength })),
    }),
  );
  const bodyBytes = entries.reduce((sum, [, content]) => sum + content.byteLength, 0);
  const frame = new Uint8Array(PREFIX_BYTES + header.byteLength + bodyBytes);
  new DataView(frame.buffer).setUint32(0, header.byteLength, true);
  frame.set(header, PREFIX_BYTES);
  let at = PREFIX_BYTES + header.byteLength;
  for (const [, content] of entries) {
    frame.set(content, at);
    at += content.byteLength;
  }
  return frame;
}

const answerHeader = z.discriminatedUnion("ok", [
  z.strictObject({
    ok: z.literal(true),
    value: z.unknown(),
    blobs: z.array(z.int().nonnegative()).default([]),
  }),
  z.strictObject({
    ok: z.literal(false),
    problems: z.tuple([cellProblem], cellProblem),
  }),
]);

type AnswerHeader = z.infer<typeof answerHeader>;

/** What the guest said: a value with its blobs, or the author's problems. */
export type Answer =
  | { readonly ok: true; readonly value: unknown; readonly blobs: readonly Uint8Array[] }
  | Extract<AnswerHeader, { ok: false }>;

/** Reads an answer frame; throws PROTOCOL for what no operation writes. */
export function decodeAnswer(frame: Uint8Array): Answer {
  if (frame.byteLength < PREFIX_BYTES) throw new CellError("PROTOCOL", "answer is shorter than its prefix");
  const size = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
  const end = PREFIX_BYTES + size;
  if (end > frame.byteLength) throw new CellError("PROTOCOL", "answer header reaches past the end");
  const header = parseHeader(frame.subarray(PREFIX_BYTES, end));
  const blobs = cut(frame.subarray(end), header.ok ? header.blobs : []);
  return header.ok ? { ok: true, value: header.value, blobs } : header;
}

function parseHeader(bytes: Uint8Array): AnswerHeader {
  try {
    return answerHeader.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new CellError("PROTOCOL", "answer header is not of its form", { cause });
  }
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const blobs: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    blobs.push(bytes.subarray(at, at + size));
    at += size;
  }
  if (at !== bytes.byteLength) throw new CellError("PROTOCOL", "answer blobs do not add up");
  return blobs;
}
