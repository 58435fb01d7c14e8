import { GitError } from "../error.ts";

/**
 * Applies a delta: a source size and a target size, then instructions that copy a piece of the source or
 * insert bytes that stand in the delta itself. `maxBytes` bounds the target before it is allocated.
 * https://git-scm.com/docs/pack-format#_deltified_representation
 */
export function applyDelta(source: Uint8Array, delta: Uint8Array, maxBytes: number): Uint8Array {
  const sizes = readDeltaSizes(delta);
  if (sizes.source !== source.length) throw corrupt("made for a base of another size");
  if (sizes.target > maxBytes) {
    throw new GitError("OBJECT_TOO_LARGE", `an object of ${sizes.target} bytes; the limit is ${maxBytes}`);
  }
  const target = Buffer.allocUnsafe(sizes.target);
  let written = 0;
  let position = sizes.end;
  while (position < delta.length) {
    const instruction = delta[position] ?? 0;
    position += 1;
    if (instruction === 0) throw corrupt("the reserved instruction");
    let piece: Uint8Array;
    if ((instruction & 0x80) === 0) {
      piece = slice(delta, position, instruction);
      position += instruction;
    } else {
      const copy = readCopy(delta, position, instruction);
      piece = slice(source, copy.offset, copy.size);
      position = copy.end;
    }
    if (written + piece.length > target.length) throw corrupt("more bytes than its target has");
    target.set(piece, written);
    written += piece.length;
  }
  if (written !== target.length) throw corrupt("fewer bytes than its target has");
  return target;
}

/** The sizes at the head of a delta, seven bits a byte, the lowest first. */
function readDeltaSizes(delta: Uint8Array): { source: number; target: number; end: number } {
  let end = 0;
  const size = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = delta[end];
      if (byte === undefined || factor > 2 ** 42) throw corrupt("a size that does not end");
      end += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  return { source: size(), target: size(), end };
}

/** Bits 0–3 say which bytes of the offset follow, bits 4–6 which of the size; a size of 0 means 0x10000. */
function readCopy(delta: Uint8Array, start: number, instruction: number) {
  let position = start;
  const number = (bits: number, count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      if ((bits & (1 << index)) === 0) continue;
      const byte = delta[position];
      if (byte === undefined) throw corrupt("an instruction that is cut off");
      value += byte * 256 ** index;
      position += 1;
    }
    return value;
  };
  const offset = number(instruction, 4);
  const size = number(instruction >> 4, 3) || 0x10000;
  return { offset, size, end: position };
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (start + length > bytes.length) throw corrupt("an instruction that reaches past the end");
  return bytes.subarray(start, start + length);
}

function corrupt(found: string): GitError {
  return new GitError("OBJECT_CORRUPT", `a delta in a pack is damaged: ${found}`);
}
