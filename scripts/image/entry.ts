import { ImageError } from "./error.ts";

/** One path of a layer. Paths have no slash at either end. */
export type Entry = { readonly path: string; readonly mode: number; readonly owner: number } & (
  | { readonly type: "directory" }
  | { readonly type: "file"; readonly content: Uint8Array }
  | { readonly type: "link"; readonly target: string }
);

export const ROOT = 0;

/** What Sluice runs as in the image: `nonroot` of the images that have no shell. */
export const NONROOT = 65532;

export function file(path: string, content: Uint8Array | string, mode = 0o644): Entry {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { type: "file", path, content: bytes, mode, owner: ROOT };
}

export function directory(path: string, mode = 0o755, owner = ROOT): Entry {
  return { type: "directory", path, mode, owner };
}

export function link(path: string, target: string): Entry {
  return { type: "link", path, target, mode: 0o777, owner: ROOT };
}

/** In the order that a layer has them: by path, every folder before what lies in it, none left to be guessed. */
export function arrange(entries: readonly Entry[]): Entry[] {
  const byPath = new Map<string, Entry>();
  for (const entry of entries) {
    if (byPath.has(entry.path)) throw new ImageError("MALFORMED", `two entries for ${entry.path}`);
    byPath.set(entry.path, entry);
  }
  for (const { path } of entries) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const parent = path.slice(0, end);
      if (!byPath.has(parent)) byPath.set(parent, directory(parent));
    }
  }
  return [...byPath.values()].sort((a, b) => compareText(a.path, b.path));
}

/** By code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
