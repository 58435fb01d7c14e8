import { describe, expect, it } from "vitest";
import type { RegoAnnotation } from "../cell/index.ts";
import { readMetadata } from "./metadata.ts";

const DENY = "sluice/object/a/deny";

function annotation(
  path: string,
  scope: RegoAnnotation["scope"],
  fields: Partial<RegoAnnotation>,
): RegoAnnotation {
  return { path, scope, file: "a.rego", row: 1, custom: {}, ...fields };
}

function metadataOf(...annotations: RegoAnnotation[]) {
  return readMetadata({ packages: [], entrypoints: [DENY], annotations })[DENY];
}

describe("readMetadata", () => {
  const rule = annotation("data.sluice.object.a.deny", "rule", {
    title: "Rule",
    custom: { controls: ["A-1", "A-2"], severity: "high", remediation: "Do." },
  });
  const package_ = annotation("data.sluice.object.a", "package", {
    title: "Package",
    custom: { controls: ["A-2", "A-3"], severity: "low", remediation: "Else." },
  });

  it("reads a rule's own", () => {
    expect(metadataOf(rule)).toEqual({
      title: "Rule",
      severity: "high",
      remediation: "Do.",
      controls: ["A-1", "A-2"],
    });
  });

  it("puts the rule before its package, and the controls of both together", () => {
    expect(metadataOf(package_, rule)).toMatchObject({
      title: "Rule",
      severity: "high",
      controls: ["A-1", "A-2", "A-3"],
    });
    expect(metadataOf(package_)).toMatchObject({ title: "Package", controls: ["A-2", "A-3"] });
  });

  it("leaves other rules and packages out", () => {
    const others = [
      annotation("data.sluice.object.a.warn", "rule", { title: "Warn" }),
      annotation("data.sluice.object.ab", "package", { title: "Other" }),
      annotation("data.sluice.object", "subpackages", { title: "All" }),
    ];
    expect(metadataOf(...others)).toEqual({ controls: [] });
  });

  it("takes text alone", () => {
    const odd = annotation("data.sluice.object.a.deny", "rule", {
      custom: { controls: [1, "A-1", null], severity: 3, remediation: ["x"] },
    });
    expect(metadataOf(odd)).toEqual({ controls: ["A-1"] });
  });
});
