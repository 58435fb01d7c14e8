import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { canonicalJson, groupOf, type KubernetesObject } from "../render/index.ts";
import type { Recorded } from "../verified.ts";
import type { Admission } from "./target.ts";

export interface TargetFile {
  /** Relative to the target, `/` separated. */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Says in the target itself which entry of which gate put it there. */
export const PROVENANCE_FILE = "sluice.json";

const CLUSTER_FOLDER = "_cluster";
/** File systems take 255 bytes a name; a longer one is cut, and told apart by a digest. */
const MAX_FILE_NAME = 200;
const READABLE = 0o644;
const OWNER_ONLY = 0o600;

/** The files of the directory target: one an object, `<namespace>/<kind>.<group>_<name>.yaml`. */
export function toFiles(admission: Recorded<Admission>): TargetFile[] {
  const { gate, revision, manifests, entry } = admission;
  const provenance = { gate, revision, manifests: manifests.digest, entry };
  return [
    ...manifests.objects.map(toFile),
    { path: PROVENANCE_FILE, text: `${JSON.stringify(provenance, undefined, 2)}\n`, mode: READABLE },
  ];
}

function toFile(object: KubernetesObject): TargetFile {
  const { name, namespace } = object.metadata;
  const kind = [object.kind, groupOf(object.apiVersion)].filter((part) => part !== "").join(".");
  return {
    path: `${namespace === undefined ? CLUSTER_FOLDER : encodeName(namespace)}/${fileName(`${kind}_${name}`)}.yaml`,
    text: stringify(JSON.parse(canonicalJson(object)), { aliasDuplicateObjects: false, lineWidth: 0 }),
    mode: object.kind === "Secret" ? OWNER_ONLY : READABLE,
  };
}

function fileName(name: string): string {
  const encoded = encodeName(name);
  if (encoded.length <= MAX_FILE_NAME) return encoded;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${encoded.slice(0, MAX_FILE_NAME)}~${digest}`;
}

/** Leaves no separator, and no name that a file system reads as another (`.`, `..`, case is the author's). */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/^\.+/, (dots) => "%2E".repeat(dots.length));
}
