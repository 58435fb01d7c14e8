import { showRef } from "../../apply/cluster/refs.ts";
import { unreachable } from "../../fault.ts";
import type { ObjectRef } from "../../kube/index.ts";
import { type Io, printable } from "../io.ts";
import type { ChangeKind, Changes, ObjectChange } from "./changes.ts";
import { type Conceal, toShown } from "./shown.ts";
import { unifiedDiff } from "./unified.ts";

/** One object's change as it may be shown: no value of a Secret is left in it. */
export interface ShownChange {
  readonly ref: ObjectRef;
  readonly what: ChangeKind;
  readonly note: string;
  /** A unified diff, without the lines that name files. */
  readonly lines: readonly string[];
}

export function toShownChanges({ objects }: Changes, conceal: Conceal): ShownChange[] {
  return objects.map((change) => toShownChange(change, conceal));
}

function toShownChange({ ref, what, before, after, note }: ObjectChange, conceal: Conceal): ShownChange {
  const [old, next] = [before, after].map((object) => (object === undefined ? "" : toShown(object, conceal)));
  const lines = unifiedDiff(old ?? "", next ?? "");
  const same = what === "changed" && lines.length === 0 && note === "";
  return { ref, what: same ? "unchanged" : what, note, lines };
}

/** Prints each object that would not stay as it is, and how many there are of each kind of change. */
export function printChanges(io: Io, changes: readonly ShownChange[]): void {
  const { bold, dim, yellow } = io.colors;
  for (const { ref, what, note, lines } of changes.filter(({ what }) => what !== "unchanged")) {
    io.line(`${bold(`${signOf(what)} ${printable(showRef(ref))}`)}  ${what}`);
    if (note !== "") io.line(`  ${yellow(printable(note))}`);
    for (const line of lines) io.line(paintLine(io, `  ${printable(line)}`, line));
    io.line();
  }
  const counts = Object.entries(countChanges(changes)).map(([what, count]) => `${count} ${what}`);
  io.line(counts.length === 0 ? dim("no objects") : counts.join(", "));
}

export function countChanges(changes: readonly ShownChange[]): Partial<Record<ChangeKind, number>> {
  const groups = Map.groupBy(changes, ({ what }) => what);
  return Object.fromEntries([...groups].map(([what, group]) => [what, group.length]));
}

function signOf(what: ChangeKind): string {
  switch (what) {
    case "created":
      return "+";
    case "pruned":
      return "-";
    case "changed":
    case "recreated":
    case "released":
      return "~";
    case "unchanged":
      return " ";
    default:
      return unreachable(what);
  }
}

function paintLine({ colors }: Io, text: string, line: string): string {
  const { cyan, green, red } = colors;
  if (line.startsWith("+")) return green(text);
  if (line.startsWith("-")) return red(text);
  return line.startsWith("@@") ? cyan(text) : text;
}
