import { relative, resolve, sep } from "node:path";
import type { Command } from "commander";

import { manifestsOf, RenderError, readLocalFolder, renderFiles, toYaml } from "../render/index.ts";
import { action } from "./action.ts";
import { openToolCell } from "./cells.ts";
import { ExitCode, type Io } from "./io.ts";
import { reportRefusals } from "./refusal-view.ts";

interface RenderOptions {
  readonly root?: string;
}

export function registerRender(program: Command): void {
  program
    .command("render")
    .description("Print what a folder renders to, as a gate would see it before its bounds apply")
    .argument("[dir]", "a kustomization, or a folder of plain manifests", ".")
    .option(
      "--root <dir>",
      "the folder that a kustomization may take its bases from (default: the folder itself)",
    )
    .action(action(renderFolder));
}

async function renderFolder(io: Io, dir: string, { root = dir }: RenderOptions): Promise<ExitCode> {
  const files = await readLocalFolder(root);
  if (!files.ok) return reportRefusals(io, files.refusals);
  await using cell = openToolCell();
  const rendered = await renderFiles(files.value, pathBelow(root, dir), cell);
  if (!rendered.ok) return reportRefusals(io, rendered.refusals);
  const { objects, digest } = manifestsOf(rendered.value.map(({ value }) => value));
  if (io.format === "json") io.json({ digest, objects });
  else
    io.line(
      objects
        .map((object) => toYaml(object))
        .join("---\n")
        .trimEnd(),
    );
  return ExitCode.passed;
}

function pathBelow(root: string, dir: string): string {
  const path = relative(resolve(root), resolve(dir));
  const segments = path.split(sep).filter((segment) => segment !== "");
  if (segments[0] === "..") throw new RenderError("FOLDER_NOT_FOUND", `${dir} is not below ${root}`);
  return segments.join("/");
}
