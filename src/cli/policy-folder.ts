import type { Cell } from "../cell/index.ts";
import { readPolicyDirectory } from "../policy/index.ts";
import { openToolCell } from "./cells.ts";
import type { ExitCode, Io } from "./io.ts";
import { reportRefusals } from "./refusal-view.ts";

type Files = ReadonlyMap<string, Uint8Array>;

/** Reads a bundle's folder and hands its files to a body that has a cell for as long as it runs. */
export async function withPolicies(
  io: Io,
  dir: string,
  body: (files: Files, cell: Cell) => Promise<ExitCode>,
): Promise<ExitCode> {
  const files = await readPolicyDirectory(dir);
  if (!files.ok) return reportRefusals(io, files.refusals);
  await using cell = openToolCell();
  return await body(files.value, cell);
}
