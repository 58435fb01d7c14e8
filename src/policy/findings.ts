import { compareText, describeObject, type KubernetesObject } from "../render/index.ts";
import type { CompiledBundle } from "./compile.ts";
import type { RuleReason } from "./messages.ts";
import type { PolicyFinding } from "./report.ts";

/** Puts what rules said together with what their metadata says of them. */
export function toFindings(
  bundle: Pick<CompiledBundle, "name" | "metadata">,
  reasons: readonly RuleReason[],
  objects: readonly KubernetesObject[],
): PolicyFinding[] {
  return reasons.toSorted(compareReasons).map(({ entrypoint, object: index, ...reason }) => {
    const object = index === undefined ? undefined : objects[index];
    return {
      controls: [],
      ...bundle.metadata[entrypoint],
      bundle: bundle.name,
      ...namesOf(entrypoint),
      ...(object !== undefined && { object: describeObject(object) }),
      ...reason,
    };
  });
}

/** By object, rule and place: a set in Rego has no order that would mean anything. */
function compareReasons(left: RuleReason, right: RuleReason): number {
  return (
    (left.object ?? Number.POSITIVE_INFINITY) - (right.object ?? Number.POSITIVE_INFINITY) ||
    compareText(left.entrypoint, right.entrypoint) ||
    compareText(left.path ?? "", right.path ?? "") ||
    compareText(left.message, right.message)
  );
}

/** `sluice/object/<name>/deny` as package and rule. */
function namesOf(entrypoint: string): Pick<PolicyFinding, "package" | "rule"> {
  const slash = entrypoint.lastIndexOf("/");
  const rule = entrypoint.slice(slash + 1) === "warn" ? "warn" : "deny";
  return { package: entrypoint.slice(0, slash).replaceAll("/", "."), rule };
}
