import type { Cell, CellProblem, CellProblemCode } from "../cell/index.ts";
import { isNonEmpty, type Judged, passed, type Refusal, refused } from "../refusal.ts";
import type { Verified } from "../verified.ts";
import { type Bounds, type BoundsCode, boundObjects } from "./bounds.ts";
import { manifestsOf } from "./canonical.ts";
import { type FolderCode, findLayout, nameFolder, parsePlainFolder } from "./folder.ts";
import { adoptJson } from "./json.ts";
import type { Located } from "./lists.ts";
import { type ObjectCode, parseObjects } from "./objects.ts";
import type { JsonValue, KubernetesObject, Manifests } from "./types.ts";
import type { YamlCode } from "./yaml/problem.ts";

export type RenderCode = YamlCode | ObjectCode | BoundsCode | FolderCode | CellProblemCode | "EMPTY";

/** Files by path: relative to the root of the source, `/` separated. */
export type SourceFiles = ReadonlyMap<string, Uint8Array>;

type Builder = Pick<Cell, "buildKustomization">;

/**
 * Renders `path` of a verified source within a gate's bounds. Throws CellError when the cell could not work;
 * everything that is wrong with the source itself is a refusal.
 */
export async function render(
  source: Verified<{ readonly files: SourceFiles }>,
  path: string,
  bounds: Bounds,
  cell: Builder,
): Promise<Judged<Manifests, RenderCode>> {
  const rendered = await renderFiles(source.files, path, cell);
  if (!rendered.ok) return rendered;
  const { objects, refusals } = boundObjects(rendered.value, bounds);
  return isNonEmpty(refusals) ? { ok: false, refusals } : passed(manifestsOf(objects));
}

/** Renders without bounds, and whoever wrote the files: for looking at the result, not for applying it. */
export async function renderFiles(
  files: SourceFiles,
  path: string,
  cell: Builder,
): Promise<Judged<readonly Located<KubernetesObject>[], RenderCode>> {
  const documents = await readDocuments(files, path, cell);
  if (!documents.ok) return documents;
  const { objects, refusals } = parseObjects(documents.value);
  if (isNonEmpty(refusals)) return { ok: false, refusals };
  return objects.length === 0 ? refused(emptyRefusal(path)) : passed(objects);
}

async function readDocuments(
  files: SourceFiles,
  path: string,
  cell: Builder,
): Promise<Judged<readonly Located<JsonValue>[], RenderCode>> {
  const layout = findLayout(files, path);
  if (!layout.ok) return layout;
  return layout.value === "kustomization"
    ? buildKustomization(files, path, cell)
    : parsePlainFolder(files, path);
}

async function buildKustomization(
  files: SourceFiles,
  path: string,
  cell: Builder,
): Promise<Judged<readonly Located<JsonValue>[], RenderCode>> {
  const built = await cell.buildKustomization({ files, dir: path });
  if (!built.ok) {
    const [first, ...more] = built.problems;
    return refused(toRefusal(first, path), ...more.map((problem) => toRefusal(problem, path)));
  }
  const adopted = adoptJson(built.value, nameFolder(path));
  if (!adopted.ok) return adopted;
  const objects = Array.isArray(adopted.value) ? adopted.value : [];
  return passed(objects.map((value) => ({ value, origin: nameFolder(path) })));
}

function toRefusal(problem: CellProblem, path: string): Refusal<CellProblemCode> {
  const position = [problem.file || nameFolder(path), problem.row, problem.col].filter(
    (part) => part !== undefined,
  );
  const { code, message, remedy = "correct the kustomization" } = problem;
  return { code, subject: position.join(":"), message, remedy };
}

/** Nothing rendered is never what was meant: applied, it would prune everything. */
function emptyRefusal(path: string): Refusal<"EMPTY"> {
  return {
    code: "EMPTY",
    subject: nameFolder(path),
    message: "not one object is rendered, and to apply that would remove everything",
    remedy: "check the gate's path, or delete the gate to give its objects up",
  };
}
