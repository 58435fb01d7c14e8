import { describe, expect, it } from "vitest";
import type { HealthStatus } from "./compute.ts";
import { type HealthOf, summarizeHealth } from "./summary.ts";

const of = (name: string, status: HealthStatus, message = ""): HealthOf => ({
  object: { apiVersion: "apps/v1", kind: "Deployment", namespace: "payments", name },
  health: { status, message },
});

const EVERY: readonly HealthStatus[] = [
  "Current",
  "InProgress",
  "Terminating",
  "NotFound",
  "Unknown",
  "Failed",
];

describe("summarizeHealth", () => {
  it("is Current where each object is, and where there is none", () => {
    expect(summarizeHealth([of("a", "Current"), of("b", "Current")]).status).toBe("Current");
    expect(summarizeHealth([]).status).toBe("Current");
  });

  it.each(EVERY.slice(1))("one object that is %s is enough", (status) => {
    expect(summarizeHealth([of("a", "Current"), of("b", status), of("c", "Current")]).status).toBe(status);
  });

  it("has the status of the worst", () => {
    for (const [i, status] of EVERY.entries()) {
      const upTo = EVERY.slice(0, i + 1).map((each) => of(each, each));
      expect(summarizeHealth(upTo).status).toBe(status);
      expect(summarizeHealth(upTo.toReversed()).status).toBe(status);
    }
  });

  it("names what is not ready, the worst first", () => {
    const { message } = summarizeHealth([
      of("slow", "InProgress"),
      of("fine", "Current"),
      of("bad", "Failed", "why"),
    ]);
    expect(message).toContain("payments/slow");
    expect(message).toContain("payments/bad");
    expect(message).toContain("why");
    expect(message).not.toContain("fine");
    expect(message.indexOf("bad")).toBeLessThan(message.indexOf("slow"));
  });

  it("names five, and counts the others", () => {
    const unready = (count: number) =>
      summarizeHealth(Array.from({ length: count }, (_, i) => of(`app-${i}`, "InProgress"))).message;
    const names = (message: string) => message.match(/app-\d/g);
    expect(names(unready(5))).toHaveLength(5);
    expect(unready(5)).not.toContain("more");
    expect(names(unready(6))).toHaveLength(5);
    expect(unready(6)).toContain("and 1 more");
  });

  it("shows a name as text", () => {
    const object = { apiVersion: "v1", kind: "Namespace", name: "a\nReady: True" };
    const { message } = summarizeHealth([{ object, health: { status: "Failed", message: "" } }]);
    expect(message).not.toContain("\n");
    expect(message).toContain("Namespace a");
  });
});
