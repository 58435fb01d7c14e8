import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";

/**
 * A value that must be seen nowhere. Formats write its quote, plus and slash each in a way of their own, so all
 * of these ways are looked for.
 */
export const CANARY = 'kanari"5a17+c0de/9f21';

/** As base64 has it, with zero, one or two bytes before it; without the ends, which depend on what stands there. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]).toString("base64");
    return whole.slice(before === 0 ? 0 : 4, -4);
  });
}

const IN_TEXT = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  JSON.stringify(JSON.stringify(CANARY)).slice(3, -3),
  encodeURIComponent(CANARY),
  ...inBase64(CANARY),
];

/** In text, and in text that is base64 in turn, as a log entry's payload is. */
const FORMS = [...IN_TEXT, ...IN_TEXT.flatMap(inBase64)].flatMap((form) => [
  form,
  form.replaceAll("+", "-").replaceAll("/", "_"),
]);

/** The forms of the canary that are in what was printed, thrown or written. */
export function findCanary(seen: unknown): string[] {
  const text = Buffer.isBuffer(seen)
    ? seen.toString("latin1")
    : typeof seen === "string"
      ? seen
      : describe(seen);
  return FORMS.filter((form) => text.includes(form));
}

/** Everything that could be logged of a value: of an error its stack and causes too. */
function describe(value: unknown): string {
  return `${inspect(value, { depth: 20, maxStringLength: null, maxArrayLength: null })} ${JSON.stringify(value)}`;
}

/** The files below a folder that hold the canary; links are not followed. */
export async function findCanaryFiles(folder: string, except: readonly string[] = []): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || except.some((each) => path.startsWith(join(folder, each)))) continue;
    if (findCanary(path).length > 0 || findCanary(await readFile(path)).length > 0) files.push(path);
  }
  return files;
}
