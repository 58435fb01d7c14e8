import * as fs from "node:fs";
import git from "isomorphic-git";
import type { DemoRepository } from "../../src/demo/repository.ts";
import type { World } from "./world.ts";

interface Node {
  readonly pins: Record<string, string>;
  readonly files: Record<string, string>;
}

/** Writes a tree of submodules, by their paths, and of files; gives its oid. */
export async function pinTree(
  world: World,
  pins: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
  { gitdir }: DemoRepository = world.repository,
): Promise<string> {
  const nodes = new Map<string, Node>();
  const nodeOf = (name: string): Node => {
    const node = nodes.get(name) ?? { pins: {}, files: {} };
    nodes.set(name, node);
    return node;
  };
  const entries: Parameters<typeof git.writeTree>[0]["tree"] = [];
  for (const [path, oid] of Object.entries(pins)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length === 0) entries.push({ mode: "160000", path, oid, type: "commit" });
    else nodeOf(first).pins[rest.join("/")] = oid;
  }
  for (const [path, text] of Object.entries(files)) {
    const [first = "", ...rest] = path.split("/");
    if (rest.length > 0) nodeOf(first).files[rest.join("/")] = text;
    else {
      const oid = await git.writeBlob({ fs, gitdir, blob: Buffer.from(text) });
      entries.push({ mode: "100644", path, oid, type: "blob" });
    }
  }
  for (const [path, node] of nodes) {
    const oid = await pinTree(world, node.pins, node.files, { gitdir } as DemoRepository);
    entries.push({ mode: "040000", path, oid, type: "tree" });
  }
  return await git.writeTree({ fs, gitdir, tree: entries });
}
