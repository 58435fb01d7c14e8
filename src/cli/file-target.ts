import { ResourceError } from "../api/index.ts";
import { DirectoryTarget } from "../apply/index.ts";
import type { GateConfig } from "../gate/index.ts";

/** The target of a gate that was read from files. Throws {@link ResourceError} for a cluster. */
export function openFileTarget({ gate, target }: GateConfig): DirectoryTarget {
  if (target.kind === "directory") return new DirectoryTarget(target.path);
  throw new ResourceError(
    "INVALID_RESOURCE",
    `Gate ${gate.namespace}/${gate.name} has a cluster as its target, and its resources are files`,
    { remedy: "apply them to the cluster and use `sluice run --kubernetes`, or write `target.directory`" },
  );
}
