import type { Refusal } from "../refusal.ts";
import { ExitCode, type Io, printable } from "./io.ts";

/** A page; the JSON output has all. */
const MAX_SHOWN = 50;

/** Answers a command with why not: the code and place, what was found, what to do about it. */
export function reportRefusals(io: Io, refusals: readonly Refusal[]): ExitCode {
  if (io.format === "json") {
    io.json({ verdict: "refused", refusals });
    return ExitCode.refused;
  }
  const { bold, cyan, dim, red } = io.colors;
  for (const { code, subject, message, remedy } of refusals.slice(0, MAX_SHOWN)) {
    io.line(`${red(bold(code))} ${printable(subject)}`);
    io.line(`  ${printable(message)}`);
    if (remedy !== "") io.line(`  ${cyan("→")} ${printable(remedy)}`);
  }
  if (refusals.length > MAX_SHOWN)
    io.line(dim(`and ${refusals.length - MAX_SHOWN} more: --output json has all`));
  return ExitCode.refused;
}
