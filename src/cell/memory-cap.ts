import { CellError } from "./errors.ts";

/** https://webassembly.github.io/spec/core/exec/runtime.html#page-size */
export const PAGE_BYTES = 65_536;

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;

/**
 * Returns the module with a maximum written into its memory section, past which `memory.grow` fails. Go's linker
 * declares none, so that the engine would grant four gigabytes.
 *
 * The section is `05 size 01 flags min [max]`: one memory, flags 0 without a maximum and 1 with one.
 * https://webassembly.github.io/spec/core/binary/modules.html#memory-section
 */
export function withMemoryCap(wasm: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> {
  const section = findMemorySection(wasm);
  const [count, afterCount] = readUnsigned(wasm, section.content);
  const [flags, afterFlags] = readUnsigned(wasm, afterCount);
  const [minimum] = readUnsigned(wasm, afterFlags);
  if (count !== 1 || flags !== 0) throw new CellError("CORRUPT", "unexpected form of the memory section");
  const maximum = Math.floor(maxBytes / PAGE_BYTES);
  if (maximum < minimum)
    throw new CellError("MEMORY", `the cell needs at least ${minimum * PAGE_BYTES} bytes`);

  const content = [1, 1, ...unsigned(minimum), ...unsigned(maximum)];
  const replacement = [MEMORY_SECTION, ...unsigned(content.length), ...content];
  const capped = new Uint8Array(wasm.byteLength - (section.end - section.start) + replacement.length);
  capped.set(wasm.subarray(0, section.start));
  capped.set(replacement, section.start);
  capped.set(wasm.subarray(section.end), section.start + replacement.length);
  return capped;
}

interface Section {
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

function findMemorySection(wasm: Uint8Array): Section {
  let start = HEADER_BYTES;
  while (start < wasm.byteLength) {
    const [size, content] = readUnsigned(wasm, start + 1);
    const end = content + size;
    if (wasm[start] === MEMORY_SECTION) return { start, content, end };
    start = end;
  }
  throw new CellError("CORRUPT", "the module has no memory section");
}

/** LEB128, 32 bits: the value and where the next byte is. */
function readUnsigned(bytes: Uint8Array, at: number): readonly [number, number] {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at];
  }
  throw new CellError("CORRUPT", "a length in the module is not LEB128");
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
