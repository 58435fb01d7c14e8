import { createHash } from "node:crypto";
import {
  canonicalJson,
  describeObject,
  groupOf,
  type KubernetesObject,
  parseYaml,
  toYaml,
} from "../render/index.ts";
import type { Recorded } from "../verified.ts";
import { ApplyError } from "./error.ts";
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
    text: toFaithfulYaml(object),
    mode: object.kind === "Secret" ? OWNER_ONLY : READABLE,
  };
}

/**
 * What is written is what was judged: the text is read back by the strict parser that the source went through, and must
 * give the same object. Keys are in canonical order, so the same object is the same file.
 */
function toFaithfulYaml(object: KubernetesObject): string {
  const canonical = canonicalJson(object);
  const text = toYaml(JSON.parse(canonical));
  const read = parseYaml(Buffer.from(text), describeObject(object));
  const [document, another] = read.ok ? read.value : [];
  if (document !== undefined && another === undefined && canonicalJson(document.value) === canonical)
    return text;
  throw new ApplyError(
    "UNFAITHFUL",
    `${describeObject(object)} cannot be written as YAML that everybody reads alike`,
    {
      remedy: "look for unusual characters in its texts; nothing was written",
    },
  );
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
