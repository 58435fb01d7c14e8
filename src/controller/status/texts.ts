import { clip } from "../../clip.ts";
import { printable } from "../../text.ts";

const SHORT_OID = 10;

/** A condition's reason for a stable code: `MISSING_RESOURCE` is `MissingResource`. */
export function toReason(code: string): string {
  const words = code.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const camel = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()).join("");
  return /^[A-Za-z]/.test(camel) ? clip(camel) : `Code${clip(camel)}`;
}

/** Text from anywhere as one bounded line that a terminal shows as it is. */
export function toLine(text: string): string {
  return clip(printable(text.replaceAll(/\s*\n\s*/g, "; ")));
}

export function shortOid(oid: string): string {
  return oid.slice(0, SHORT_OID);
}

/** `metav1.Time`: RFC 3339 in UTC, to the second. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
