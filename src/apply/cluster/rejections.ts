import { clip } from "../../clip.ts";
import { KubeError, type KubeObject } from "../../kube/index.ts";
import { isNonEmpty, type NonEmpty } from "../../refusal.ts";
import { ApplyError, type Rejection, type RejectionCode } from "../error.ts";
import { showRef, toRef } from "./refs.ts";

/** In messages; the rest is counted. */
const MAX_SHOWN = 10;

const REMEDIES: Readonly<Record<RejectionCode, string>> = {
  REJECTED: "correct the object in the source",
  CONFLICT:
    "have the other manager let go of the field, leave the field out, or set `force: true` on the target",
  IMMUTABLE: 'give the object another name, or annotate it with `sluice.dev/recreate: "true"`',
  FORBIDDEN: "grant it to the service account that the gate acts as, or take the object out of the source",
  UNKNOWN_KIND: "install the CustomResourceDefinition, or correct apiVersion and kind",
  SCOPE_MISMATCH:
    "correct metadata.namespace; cluster-scoped kinds need `clusterResources: true` on the gate",
  OWNED_BY_OTHER: "an object belongs to one gate: remove it from one of the two sources",
  NO_NAMESPACE: "create the namespace, or wait until it is gone and create it anew",
  NOT_ESTABLISHED: "see the conditions of the CustomResourceDefinition",
};

export function reject(object: KubeObject, code: RejectionCode, message: string): Rejection {
  return { code, subject: showRef(toRef(object)), message, remedy: REMEDIES[code] };
}

/**
 * What the API server's answer means for an object. Rethrows what says nothing about the object: a server that is
 * gone, slow, or asks to come back later. Of a Secret, the server's own words are not repeated: they may quote it.
 */
export function toRejection(object: KubeObject, error: unknown): Rejection {
  if (!(error instanceof KubeError) || error.transient) throw error;
  const code = codeOf(error);
  const fields = error.causes.flatMap(({ field }) => (field === undefined || field === "" ? [] : [field]));
  const where = fields.length === 0 ? "" : ` at ${[...new Set(fields)].join(", ")}`;
  if (object.kind === "Secret" && code !== "FORBIDDEN") {
    return reject(object, code, `the API server does not take it${where} (${error.reason ?? error.code})`);
  }
  const detail = code === "CONFLICT" ? conflictsOf(error) : error.message;
  return reject(object, code, clip(detail));
}

/** One error that lists every object which was not taken. */
export function rejectionError(rejections: NonEmpty<Rejection>): ApplyError {
  const [{ code, remedy }] = rejections;
  const shown = rejections.slice(0, MAX_SHOWN).map(({ subject, message }) => `${subject}: ${message}`);
  const more = rejections.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return new ApplyError(code, shown.join("\n"), { remedy, rejections });
}

export function throwIfRejected(rejections: readonly Rejection[]): void {
  if (isNonEmpty(rejections)) throw rejectionError(rejections);
}

function codeOf(error: KubeError): RejectionCode {
  switch (error.code) {
    case "CONFLICT":
      return "CONFLICT";
    case "FORBIDDEN":
      return isTerminating(error) ? "NO_NAMESPACE" : "FORBIDDEN";
    case "NO_SUCH_KIND":
      return "UNKNOWN_KIND";
    case "NOT_FOUND":
      return "NO_NAMESPACE"; // an apply makes what is missing, but for the namespace
    case "INVALID":
      return IMMUTABLE.test(error.message) ? "IMMUTABLE" : "REJECTED";
    default:
      return "REJECTED";
  }
}

/** How the validations of built-in kinds say it: "field is immutable", "updates to … are forbidden", "may not change". */
const IMMUTABLE = /immutable|updates to .{1,200} are forbidden|may not change|cannot be changed/;

function isTerminating({ causes }: KubeError): boolean {
  return causes.some(({ reason }) => reason === "NamespaceTerminating");
}

/** Each cause of a conflict is one field, its message says who has it. */
function conflictsOf({ causes, message }: KubeError): string {
  const fields = causes.map((cause) => `${cause.field ?? "?"} (${cause.message})`);
  return fields.length === 0 ? message : `fields that others own: ${fields.join("; ")}`;
}
