import { KubeError, type KubeErrorCause, type KubeErrorCode } from "./error.ts";
import { MAX_CAUSES, MAX_MESSAGE_CHARACTERS } from "./limits.ts";
import { isRecord } from "./object.ts";

/** The reasons of `Status` that say more than the HTTP status does (k8s.io/apimachinery, meta/v1 StatusReason). */
const BY_REASON: Readonly<Record<string, KubeErrorCode>> = {
  AlreadyExists: "EXISTS",
  Conflict: "CONFLICT",
  Expired: "GONE",
  Gone: "GONE",
  Invalid: "INVALID",
  Timeout: "TIMEOUT",
  ServerTimeout: "SERVER",
};

const BY_STATUS: Readonly<Record<number, KubeErrorCode>> = {
  400: "INVALID",
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  408: "TIMEOUT",
  409: "CONFLICT",
  410: "GONE",
  413: "TOO_LARGE",
  422: "INVALID",
  429: "TOO_MANY_REQUESTS",
};

export interface Refused {
  readonly status: number;
  /** The parsed body; anything but a `Status` says nothing. */
  readonly body: unknown;
  readonly retryAfterMs?: number | undefined;
  /** What was asked: `PATCH Deployment payments/api`. */
  readonly asked: string;
  /** Whether a Secret was sent: then the server's words may repeat what is in it. */
  readonly secret?: boolean;
}

/** Only conflicts keep their text for Secrets: it names managers and fields, and no value. */
const MANAGER_CONFLICT = "FieldManagerConflict";
const WITHHELD = "(not shown: it may repeat what the Secret holds)";

/** The one place where the API server's refusals become ours. */
export function toKubeError({ status, body, retryAfterMs, asked, secret = false }: Refused): KubeError {
  const { message, reason, causes } = readStatus(body, secret);
  const said = message === undefined ? `the API server answers with status ${status}` : message;
  const code = isMalformedApply(status, body) ? "INVALID" : codeOf(status, reason);
  return new KubeError(code, `${asked}: ${said}`, { status, reason, causes, retryAfterMs });
}

/** Whether a 404 is of an object, which it names, and not of a type or a path that the server does not know. */
export function isAboutObject(body: unknown): boolean {
  return isRecord(body) && isRecord(body.details) && typeof body.details.name === "string";
}

function codeOf(status: number, reason: string | undefined): KubeErrorCode {
  const byReason = reason === undefined ? undefined : BY_REASON[reason];
  return byReason ?? BY_STATUS[status] ?? (status >= 500 ? "SERVER" : "PROTOCOL");
}

/** What server-side apply cannot match with the kind's schema is the sender's mistake, and is answered with 500. */
const MALFORMED_APPLY = /^failed to (?:create typed patch object|convert new object) /;

function isMalformedApply(status: number, body: unknown): boolean {
  return (
    status === 500 && isRecord(body) && typeof body.message === "string" && MALFORMED_APPLY.test(body.message)
  );
}

interface ReadStatus {
  readonly message: string | undefined;
  readonly reason: string | undefined;
  readonly causes: readonly KubeErrorCause[];
}

function readStatus(body: unknown, secret: boolean): ReadStatus {
  if (!isRecord(body) || body.kind !== "Status") return { message: undefined, reason: undefined, causes: [] };
  const details = isRecord(body.details) ? body.details : {};
  const causes = Array.isArray(details.causes) ? details.causes : [];
  return {
    message: secret ? WITHHELD : textOf(body.message),
    reason: textOf(body.reason),
    causes: causes.slice(0, MAX_CAUSES).map((cause) => readCause(cause, secret)),
  };
}

function readCause(cause: unknown, secret: boolean): KubeErrorCause {
  if (!isRecord(cause)) return { message: "" };
  const [field, reason] = [textOf(cause.field), textOf(cause.reason)];
  const message = secret && reason !== MANAGER_CONFLICT ? WITHHELD : (textOf(cause.message) ?? "");
  return { ...(field !== undefined && { field }), message, ...(reason !== undefined && { reason }) };
}

/** Cut in the middle: what is wrong with a value stands behind the value. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  if (value.length <= MAX_MESSAGE_CHARACTERS) return value;
  const half = MAX_MESSAGE_CHARACTERS / 2;
  return `${value.slice(0, half).toWellFormed()} … ${value.slice(-half).toWellFormed()}`;
}
