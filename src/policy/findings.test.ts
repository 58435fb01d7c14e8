import { describe, expect, it } from "vitest";
import type { KubernetesObject } from "../render/index.ts";
import { toFindings } from "./findings.ts";

const objects: KubernetesObject[] = ["a", "b"].map((name) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "payments" },
}));
const deny = "sluice/object/x/deny";
const bundle = {
  name: "own",
  metadata: { [deny]: { title: "T", severity: "high", remediation: "general", controls: ["A-1"] } },
};

describe("toFindings", () => {
  it("puts reason, place and metadata together", () => {
    expect(
      toFindings(bundle, [{ entrypoint: deny, object: 1, message: "no", path: "/spec" }], objects),
    ).toEqual([
      {
        bundle: "own",
        package: "sluice.object.x",
        rule: "deny",
        object: "v1 Pod payments/b",
        message: "no",
        path: "/spec",
        title: "T",
        severity: "high",
        remediation: "general",
        controls: ["A-1"],
      },
    ]);
  });

  it("lets a reason's own remediation go first", () => {
    const reason = { entrypoint: deny, object: 0, message: "no", remediation: "special" };
    expect(toFindings(bundle, [reason], objects)).toMatchObject([{ remediation: "special" }]);
  });

  it("knows warnings, and findings about the change", () => {
    const reasons = [{ entrypoint: "sluice/change/y/warn", object: undefined, message: "hm" }];
    expect(toFindings(bundle, reasons, objects)).toEqual([
      { bundle: "own", package: "sluice.change.y", rule: "warn", message: "hm", controls: [] },
    ]);
  });

  it("sorts by object, rule, place and message, the change last", () => {
    const at = (object: number | undefined, entrypoint: string, message: string) => ({
      entrypoint,
      object,
      message,
    });
    const reasons = [
      at(undefined, "sluice/change/y/warn", "5"),
      at(1, deny, "4"),
      at(0, deny, "2"),
      at(0, "sluice/object/y/deny", "3"),
      at(0, deny, "1"),
    ];
    expect(toFindings(bundle, reasons, objects).map(({ message }) => message)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
    ]);
  });
});
