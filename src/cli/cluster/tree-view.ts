import { unreachable } from "../../fault.ts";
import type { ObjectRef } from "../../kube/index.ts";
import { type Io, printable } from "../io.ts";
import type { Children } from "./children.ts";
import type { Health } from "./health.ts";
import type { Owned } from "./owned.ts";

/** Of one object; old ReplicaSets and many Pods say little. */
const MAX_CHILDREN = 5;

/** Prints objects by namespace and kind, each with its health, what drifted, and what Kubernetes made of it. */
export function printTree(io: Io, owned: readonly Owned[], children: Children): void {
  const { bold } = io.colors;
  const width = Math.max(0, ...owned.map(({ ref }) => nameOf(ref).length));
  for (const [namespace, objects] of [...Map.groupBy(owned, ({ ref }) => ref.namespace ?? "")].sort(byKey)) {
    io.line(bold(namespace === "" ? "(cluster-scoped)" : printable(namespace)));
    const sorted = objects.toSorted((left, right) => (nameOf(left.ref) < nameOf(right.ref) ? -1 : 1));
    for (const [index, each] of sorted.entries()) {
      const last = index === sorted.length - 1;
      const indent = last ? "   " : "│  ";
      printObject(io, each, { branch: last ? "└─ " : "├─ ", indent, width });
      printChildren(io, children.get(each.live?.metadata.uid ?? "") ?? [], indent);
    }
  }
}

function printObject(
  io: Io,
  { ref, health, drift }: Owned,
  { branch, indent, width }: { readonly branch: string; readonly indent: string; readonly width: number },
): void {
  const { dim, yellow } = io.colors;
  const words = [
    `${dim(branch)}${printable(nameOf(ref)).padEnd(width)}`,
    paintHealth(io, health.status),
    ...(health.status === "Current" ? [] : [dim(printable(health.message))]),
  ];
  io.line(words.join("  "));
  if (drift !== "") io.line(`${dim(indent)}${yellow(`drift: ${printable(drift)}`)}`);
}

function printChildren(io: Io, children: readonly ObjectRef[], indent: string): void {
  const { dim } = io.colors;
  const shown = children.slice(0, MAX_CHILDREN).map((ref) => printable(nameOf(ref)));
  if (children.length > shown.length) shown.push(`and ${children.length - shown.length} more`);
  for (const [index, text] of shown.entries()) {
    io.line(dim(`${indent}${index === shown.length - 1 ? "└─ " : "├─ "}${text}`));
  }
}

function paintHealth({ colors }: Io, status: Health["status"]): string {
  const { green, red, yellow } = colors;
  switch (status) {
    case "Current":
      return green(status);
    case "InProgress":
    case "Terminating":
    case "Unknown":
      return yellow(status);
    case "Failed":
    case "NotFound":
      return red(status);
    default:
      return unreachable(status);
  }
}

function nameOf({ kind, name }: ObjectRef): string {
  return `${kind} ${name}`;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : Number(left > right);
}
