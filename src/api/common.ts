import { z } from "zod";
import { withRules } from "./rules.ts";

/** The one version of every resource kind here. */
export const API_VERSION = "sluice.dev/v1";

/** Of Kubernetes names. */
export const NAME = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

/** A DNS-1123 label or subdomain, as Kubernetes names are. */
export const nameSchema = z
  .string()
  .max(253)
  .regex(new RegExp(NAME), "lower-case letters, digits, `-` and `.` (a Kubernetes name)");

/** A key of a Secret's or ConfigMap's data. */
const dataKeySchema = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/, "letters, digits, `-`, `_` and `.` (a key of a Secret's data)");

/** One value of a Secret or ConfigMap, in the namespace of the resource that names it. */
export const dataRefSchema = z.strictObject({
  name: nameSchema.describe("Its name, in this resource's own namespace."),
  key: dataKeySchema.describe("The key of its data."),
});

export const clusterMetadataSchema = z.strictObject({
  name: nameSchema,
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});

export const metadataSchema = clusterMetadataSchema.extend({ namespace: nameSchema.default("default") });

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Of durations. */
export const DURATION = "^([0-9]{1,6}(ms|s|m|h))+$";

/** A Go-style duration of one or more parts (`90s`, `1m30s`, `500ms`), in milliseconds. */
export const durationSchema = withRules(z.string().max(64), {
  message: "a duration such as `30s`, `1m` or `1h30m`",
  cel: `self.matches('${DURATION}')`,
  holds: (text) => new RegExp(DURATION).test(text),
}).transform((text) =>
  [...text.matchAll(/([0-9]+)(ms|s|m|h)/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (UNITS[unit ?? ""] ?? Number.NaN),
    0,
  ),
);

/** A day (`2026-01-01`, its first instant in UTC) or an RFC 3339 instant; in milliseconds since the epoch. */
export const instantSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], {
    error: "expected a day such as 2026-01-01, or an RFC 3339 instant",
  })
  .meta({ pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[-+][0-9]{2}:[0-9]{2}))?$" })
  .transform((text) => Date.parse(text));

/** Of a path that does not lead out of the folder that it starts from, before links are followed. */
export const staysInside = {
  cel: "!self.startsWith('/') && !self.split('/').exists(part, part == '..') && !self.contains('\\u0000')",
  holds: (path: string): boolean =>
    !path.startsWith("/") && !path.split("/").includes("..") && !path.includes("\0"),
};

/** A path inside the source: relative, never leaving it. */
export const sourcePathSchema = withRules(z.string().max(4096), {
  message: "a relative path that does not leave the source (no `..`, no leading `/`)",
  ...staysInside,
}).transform((path) =>
  path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/"),
);
