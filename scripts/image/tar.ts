import { type Entry, ROOT } from "./entry.ts";
import { ImageError } from "./error.ts";

/**
 * The ustar format of POSIX.1-1988 (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar
 * Interchange Format"), which every reader of layers knows. It is written here because nothing of the machine may
 * show in it: no times, no names of users, no order of a file system.
 */

const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;

const TYPE_FLAGS = { file: "0", link: "2", directory: "5" } as const;

/** An archive of the entries in their order, all of the first second of 1970. */
export function toTar(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap((entry) =>
    entry.type === "file"
      ? [headerOf(entry), entry.content, Buffer.alloc(paddingAfter(entry.content.length))]
      : [headerOf(entry)],
  );
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function paddingAfter(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

function headerOf(entry: Entry): Buffer {
  const header = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(entry.type === "directory" ? `${entry.path}/` : entry.path);
  header.write(name, 0);
  header.write(octal(entry.mode, 7), 100);
  header.write(octal(entry.owner, 7), 108);
  header.write(octal(entry.owner, 7), 116); // every user has a group of the same number
  header.write(octal(entry.type === "file" ? entry.content.length : 0, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(TYPE_FLAGS[entry.type], 156);
  if (entry.type === "link") header.write(checked(entry.target, NAME_BYTES), 157);
  header.write("ustar\x0000", 257);
  header.write(entry.owner === ROOT ? "root" : "nonroot", 265);
  header.write(entry.owner === ROOT ? "root" : "nonroot", 297);
  header.write(prefix, 345);
  header.write(checksumOf(header), 148);
  return header;
}

/** The sum of all bytes of the header, its own eight taken as spaces. */
function checksumOf(header: Buffer): string {
  const sum = header.reduce((total, byte) => total + byte, 8 * 0x20);
  return `${octal(sum, 6)}\0 `;
}

function octal(value: number, digits: number): string {
  const text = value.toString(8).padStart(digits, "0");
  if (text.length > digits) throw new ImageError("MALFORMED", `${value} is too large for a tar header`);
  return text;
}

/** A long path is cut at a slash, which then stands in neither part. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= NAME_BYTES) return ["", path];
  for (let cut = path.indexOf("/"); cut > 0; cut = path.indexOf("/", cut + 1)) {
    const name = path.slice(cut + 1);
    if (name !== "" && Buffer.byteLength(name) <= NAME_BYTES)
      return [checked(path.slice(0, cut), PREFIX_BYTES), name];
  }
  throw new ImageError("MALFORMED", `${path} is too long for a tar header`);
}

function checked(text: string, limit: number): string {
  if (Buffer.byteLength(text) > limit)
    throw new ImageError("MALFORMED", `${text} is too long for a tar header`);
  return text;
}
