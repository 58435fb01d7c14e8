import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../refusal.ts";
import type { Located } from "./lists.ts";
import { compareText } from "./order.ts";
import type { JsonValue } from "./types.ts";
import { Budget } from "./yaml/budget.ts";
import { parseYaml } from "./yaml/parse.ts";
import type { YamlCode } from "./yaml/problem.ts";

export type FolderCode = "PATH_NOT_FOUND" | "CHART" | "NESTED_KUSTOMIZATION" | "SOURCE_TOO_LARGE";

export type Layout = "kustomization" | "plain";

const MiB = 1024 * 1024;

/** All manifests of a plain folder together. */
export const MAX_FOLDER_BYTES = 64 * MiB;

const KUSTOMIZATION = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;
const CHART = /(^|\/)Chart\.yaml$/;
const MANIFEST = /\.(ya?ml|json)$/;
/** Files and folders whose names begin with a dot are settings of tools (`.github`, `.yamllint.yaml`). */
const HIDDEN = /(^|\/)\./;

/** Tells by its files what a folder holds. Only a kustomization may hide others, for it names what it uses. */
export function findLayout(files: ReadonlyMap<string, Uint8Array>, path: string): Judged<Layout, FolderCode> {
  const names = namesUnder(files, path);
  if (names.length === 0) return refused(notFoundRefusal(path));
  if (names.some((name) => !name.includes("/") && KUSTOMIZATION.test(name))) return passed("kustomization");
  const chart = names.find((name) => CHART.test(name));
  if (chart !== undefined) return refused(chartRefusal(join(path, chart)));
  const nested = names.find((name) => KUSTOMIZATION.test(name));
  if (nested !== undefined) return refused(nestedRefusal(join(path, nested)));
  return passed("plain");
}

/**
 * Parses every `.yaml`, `.yml` and `.json` file under a folder, in the order of their paths (by UTF-16 code
 * units) and, within a file, of its documents.
 */
export function parsePlainFolder(
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
): Judged<readonly Located<JsonValue>[], YamlCode | FolderCode> {
  const budget = new Budget();
  const documents: Located<JsonValue>[] = [];
  const refusals: Refusal<YamlCode>[] = [];
  let bytesLeft = MAX_FOLDER_BYTES;
  for (const name of namesUnder(files, path)
    .filter((each) => MANIFEST.test(each))
    .sort(compareText)) {
    const file = join(path, name);
    const bytes = files.get(file) ?? new Uint8Array();
    bytesLeft -= bytes.length;
    if (bytesLeft < 0) return refused(tooLargeRefusal(path));
    const parsed = parseYaml(bytes, file, budget);
    if (!parsed.ok) refusals.push(...parsed.refusals);
    else documents.push(...parsed.value.map(({ value, line }) => ({ value, origin: `${file}:${line}` })));
  }
  return isNonEmpty(refusals) ? { ok: false, refusals } : passed(documents);
}

/** Paths relative to the folder, hidden ones left out. */
function namesUnder(files: ReadonlyMap<string, Uint8Array>, path: string): string[] {
  const prefix = path === "" ? "" : `${path}/`;
  return [...files.keys()]
    .filter((file) => file.startsWith(prefix))
    .map((file) => file.slice(prefix.length))
    .filter((name) => !HIDDEN.test(name));
}

/** How messages name a folder of the source. */
export function nameFolder(path: string): string {
  return path === "" ? "." : path;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

function notFoundRefusal(path: string): Refusal<"PATH_NOT_FOUND"> {
  return {
    code: "PATH_NOT_FOUND",
    subject: nameFolder(path),
    message: "the source has no files there",
    remedy: "check the gate's path against the branch that it follows",
  };
}

function chartRefusal(file: string): Refusal<"CHART"> {
  return {
    code: "CHART",
    subject: file,
    message: "a Helm chart; charts are not rendered by this version",
    remedy: "render it with `helm template` and commit the result",
  };
}

function nestedRefusal(file: string): Refusal<"NESTED_KUSTOMIZATION"> {
  return {
    code: "NESTED_KUSTOMIZATION",
    subject: file,
    message: "a kustomization below a folder of plain manifests",
    remedy: "name its folder as the path, or add a kustomization.yaml above that lists it",
  };
}

function tooLargeRefusal(path: string): Refusal<"SOURCE_TOO_LARGE"> {
  return {
    code: "SOURCE_TOO_LARGE",
    subject: nameFolder(path),
    message: `more than ${MAX_FOLDER_BYTES} bytes of manifests`,
    remedy: "split the folder over several gates",
  };
}
