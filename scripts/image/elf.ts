import { ImageError } from "./error.ts";

/**
 * What a program says of the libraries that it is linked to: the program header and dynamic sections of ELF-64
 * (https://gabi.xinuos.com). Little-endian alone: amd64 and arm64 are.
 */
export interface Linkage {
  /** The loader's absolute path; a library has none. */
  readonly interpreter: string | undefined;
  /** The names of the libraries, as DT_NEEDED lists them. */
  readonly needed: readonly string[];
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** 0x7f, "ELF", ELFCLASS64, ELFDATA2LSB. */
const IDENT = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;

const DT_NEEDED = 1;
const DT_STRTAB = 5;

const DYNAMIC_ENTRY_BYTES = 16;

/** Throws MALFORMED for what is no 64-bit ELF file; a cut one throws a RangeError. */
export function readLinkage(elf: Buffer): Linkage {
  if (!elf.subarray(0, IDENT.length).equals(IDENT))
    throw new ImageError("MALFORMED", "not a 64-bit ELF file");
  const segments = readSegments(elf);
  const interp = segments.find(({ type }) => type === PT_INTERP);
  return {
    interpreter: interp === undefined ? undefined : readString(elf, interp.offset),
    needed: readNeeded(elf, segments),
  };
}

function readSegments(elf: Buffer): Segment[] {
  const table = Number(elf.readBigUInt64LE(32));
  const entryBytes = elf.readUInt16LE(54);
  return Array.from({ length: elf.readUInt16LE(56) }, (_, index) => {
    const at = table + index * entryBytes;
    return {
      type: elf.readUInt32LE(at),
      offset: Number(elf.readBigUInt64LE(at + 8)),
      address: Number(elf.readBigUInt64LE(at + 16)),
      size: Number(elf.readBigUInt64LE(at + 32)),
    };
  });
}

function readNeeded(elf: Buffer, segments: readonly Segment[]): string[] {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const entries = Array.from({ length: dynamic.size / DYNAMIC_ENTRY_BYTES }, (_, index) => {
    const at = dynamic.offset + index * DYNAMIC_ENTRY_BYTES;
    return { tag: Number(elf.readBigInt64LE(at)), value: Number(elf.readBigUInt64LE(at + 8)) };
  });
  const strings = entries.find(({ tag }) => tag === DT_STRTAB);
  if (strings === undefined) throw new ImageError("MALFORMED", "a dynamic section without a string table");
  const table = offsetOf(strings.value, segments);
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => readString(elf, table + value));
}

/** Where in the file an address of the loaded program comes from. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const home = segments.find(
    (each) => each.type === PT_LOAD && address >= each.address && address < each.address + each.size,
  );
  if (home === undefined) throw new ImageError("MALFORMED", "an address outside of every segment");
  return address - home.address + home.offset;
}

function readString(elf: Buffer, offset: number): string {
  return elf.toString("latin1", offset, elf.indexOf(0, offset));
}
