/** More than any real signature; the same bound stands in the commit parser. */
export const MAX_ARMOR_CHARACTERS = 64 * 1024;

/** Padding may stand on a line of its own, where the writer breaks lines at a fixed width. */
const BASE64_LINE = /^[A-Za-z0-9+/=]+$/;

/**
 * The bytes of base64 lines, or undefined where the text is not what encoding those bytes gives back:
 * no white space, no stray bits, no missing or surplus padding. Where lines break is left to the writer.
 */
export function decodeBase64Lines(lines: readonly string[]): Uint8Array | undefined {
  if (lines.length === 0 || !lines.every((line) => BASE64_LINE.test(line))) return undefined;
  const text = lines.join("");
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : undefined;
}

/** The lines between `-----BEGIN label-----` and `-----END label-----`; nothing but line ends may follow. */
export function armorLines(text: string, label: string): readonly string[] | undefined {
  const lines = text.split("\n");
  while (lines.at(-1) === "") lines.pop();
  if (lines[0] !== `-----BEGIN ${label}-----` || lines.at(-1) !== `-----END ${label}-----`) return undefined;
  return lines.slice(1, -1);
}
