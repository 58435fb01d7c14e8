import { describe, expect, it } from "vitest";
import { findDependencyCycle } from "./dependencies.ts";
import { gateSchema } from "./gate.ts";

/** As in `a: b c`: the gate a depends on b and c; `lending/a: b` in another namespace. */
function gates(...lines: readonly string[]) {
  return lines.map((line) => {
    const [id = "", others = ""] = line.split(":");
    const [name, namespace = "payments"] = id.split("/").reverse();
    return gateSchema.parse({
      apiVersion: "sluice.dev/v1",
      kind: "Gate",
      metadata: { name, namespace },
      spec: {
        source: { git: { url: "https://git.bank.example/a.git", ref: { branch: "main" } } },
        trust: "trust",
        policies: ["baseline"],
        target: { cluster: {} },
        dependsOn: others.split(" ").flatMap((other) => (other === "" ? [] : [{ name: other }])),
      },
    });
  });
}

describe("cycles of dependencies", () => {
  it.each([
    [
      ["a: b", "b: a"],
      ["a", "b", "a"],
    ],
    [
      ["x: a", "a: b", "b: c d", "c:", "d: a"],
      ["a", "b", "d", "a"],
    ],
    [
      ["a:", "b: a", "c: d", "d: c"],
      ["c", "d", "c"],
    ],
  ])("%j is one, told from a gate back to itself", (lines, cycle) => {
    expect(findDependencyCycle(gates(...lines))).toEqual(cycle.map((name) => `payments/${name}`));
  });

  it.each([
    [["a: b", "b:"]],
    [["a: b c", "b: d", "c: d", "d:"]],
    [["a: elsewhere"]],
    [["a: b", "lending/b: a"]],
  ])("%j is none", (lines) => {
    expect(findDependencyCycle(gates(...lines))).toBeUndefined();
  });

  it("a gate does not depend on itself", () => {
    expect(() => gates("a: a")).toThrow("dependsOn");
    expect(gates("a: b")).toHaveLength(1);
  });
});
