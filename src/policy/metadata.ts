import type { InspectedRego, RegoAnnotation } from "../cell/index.ts";

/** What the `# METADATA` of a rule and its package say of what the rule finds. */
export interface RuleMetadata {
  readonly title?: string;
  readonly severity?: string;
  /** For findings that bring none of their own. */
  readonly remediation?: string;
  readonly controls: readonly string[];
}

/**
 * The metadata of each entrypoint (`sluice/object/<name>/deny`). What stands on the rule comes before what
 * stands on its package; the controls of both count.
 */
export function readMetadata({ entrypoints, annotations }: InspectedRego): Record<string, RuleMetadata> {
  return Object.fromEntries(
    entrypoints.map((entrypoint) => [entrypoint, metadataOf(entrypoint, annotations)]),
  );
}

function metadataOf(entrypoint: string, annotations: readonly RegoAnnotation[]): RuleMetadata {
  const rule = `data.${entrypoint.replaceAll("/", ".")}`;
  const package_ = rule.slice(0, rule.lastIndexOf("."));
  const applying = [
    ...annotations.filter(({ path }) => path === rule),
    ...annotations.filter(({ path, scope }) => path === package_ && scope === "package"),
  ];
  const first = (read: (annotation: RegoAnnotation) => unknown): string | undefined =>
    applying.map(read).find((value) => typeof value === "string");
  const title = first((annotation) => annotation.title);
  const severity = first((annotation) => annotation.custom.severity);
  const remediation = first((annotation) => annotation.custom.remediation);
  return {
    ...(title !== undefined && { title }),
    ...(severity !== undefined && { severity }),
    ...(remediation !== undefined && { remediation }),
    controls: [...new Set(applying.flatMap(({ custom }) => textsIn(custom.controls)))],
  };
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
