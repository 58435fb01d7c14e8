import { type DestinationStream, pino } from "pino";
import type { LogLevel } from "./log-levels.ts";

/** What a line is about, and what happened. An Error is no such thing: alone it would be logged with its words. */
type Log = {
  (about: Readonly<Record<string, unknown>>, what: string): void;
  (what: string): void;
};

export type Logger = Readonly<Record<LogLevel, Log>>;

/** Nothing here should ever be handed to a logger; where something is, its values do not get out. */
const SECRET_FIELDS = ["token", "bearerToken", "password", "authorization", "data", "stringData", "text"];

/**
 * Lines of JSON. Errors are not logged as they are: their causes may quote what was sent. Whoever logs says the code and
 * the message, which faults keep free of secrets.
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const redact = {
    paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    censor: "[redacted]",
  };
  const options = {
    level,
    base: null,
    redact,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: withoutDetails, error: withoutDetails },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function withoutDetails(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return { name: error.name, code };
}
