const ABSOLUTE = /^(\/|[A-Za-z]:)/;

/** Whether a link at `path` with this target leads out of the tree, read as text: no other link is followed. */
export function describeLink(path: string, target: string): "inside" | "outside" {
  if (target === "" || ABSOLUTE.test(target) || target.includes("\\") || target.includes("\0"))
    return "outside";
  const folders = path.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") folders.push(part);
    else if (folders.pop() === undefined) return "outside";
  }
  return "inside";
}
