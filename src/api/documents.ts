import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Document, isNode, LineCounter, parseAllDocuments } from "yaml";
import { systemErrorCode } from "../fault.ts";
import { ResourceError } from "./error.ts";

/** More than any hand-written resource file; stops a mistake such as `-f /var/log`. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_ALIASES = 100;
/** Say how a folder is built by kubectl, and hold no resource: one folder may serve both. */
const KUSTOMIZATIONS: ReadonlySet<string> = new Set(["kustomization.yaml", "kustomization.yml"]);
const EXTENSIONS = [".yaml", ".yml", ".json"];

/** One YAML document and where it stands, so that every message can say `file:line`. */
export interface ResourceDocument {
  readonly file: string;
  readonly value: unknown;
  /** `file:line:column` of a field, or of its nearest ancestor that is there. */
  locate(path: readonly PropertyKey[]): string;
}

/** Reads a file, or the YAML and JSON files directly in a directory (but kustomizations), in the order of their names. */
export async function readDocuments(path: string): Promise<ResourceDocument[]> {
  const documents: ResourceDocument[] = [];
  for (const file of await listFiles(path)) documents.push(...parseFile(file, await readText(file)));
  return documents;
}

async function listFiles(path: string): Promise<string[]> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!entry.isDirectory()) return [path];
  const names = (await readdir(path)).filter(isResourceFile);
  return names.sort().map((name) => join(path, name));
}

function isResourceFile(name: string): boolean {
  return !KUSTOMIZATIONS.has(name) && EXTENSIONS.some((ending) => name.endsWith(ending));
}

async function readText(file: string): Promise<string> {
  return (await readBytes(file, MAX_FILE_BYTES)).toString("utf8");
}

/** Reads a file that a resource names, within a limit. */
export async function readBytes(file: string, limit: number): Promise<Buffer> {
  try {
    if ((await stat(file)).size > limit) {
      throw new ResourceError("TOO_LARGE", `${file} is larger than ${limit} bytes`);
    }
    return await readFile(file);
  } catch (cause) {
    throw cause instanceof ResourceError ? cause : unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): ResourceError {
  const why =
    systemErrorCode(cause) === "ENOENT" ? "does not exist" : `cannot be read (${systemErrorCode(cause)})`;
  return new ResourceError("UNREADABLE", `${file} ${why}`, { remedy: "check the path", cause });
}

function parseFile(file: string, text: string): ResourceDocument[] {
  const lines = new LineCounter();
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  if ("empty" in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ResourceError("NOT_YAML", `${at(error.pos[0])}: ${error.message}`);
    if (document.contents === null) return [];
    return [{ file, value: toValue(document, file), locate: (path) => at(offsetOf(document, path)) }];
  });
}

function toValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw new ResourceError("NOT_YAML", `${file}: more than ${MAX_ALIASES} uses of YAML aliases`, { cause });
  }
}

function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
