import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/index.ts";
import type { Io } from "../io.ts";
import type { Explanation } from "./explanation.ts";
import { printExplanation, toJson } from "./explanation-view.ts";
import type { Owned } from "./owned.ts";
import { printTree } from "./tree-view.ts";

const AT = "2026-11-22T10:00:00Z";
const NOW = Date.parse("2026-11-22T10:05:00Z");
const HOSTILE = "\u001b[2Jfine\u202e\nready";

/** What of it must not reach a terminal as it is. */
const OBEYED = ["\u001b", "\u202e", "\nready"];

function collect(print: (io: Io) => void): string[] {
  const lines: string[] = [];
  print({
    format: "text",
    colors: createColors(false),
    line: (text = "") => void lines.push(text),
    json: () => undefined,
    jsonLine: () => undefined,
    progress: () => undefined,
  });
  return lines;
}

function owned(name: string, parts: Partial<Owned> & { namespace?: string; kind?: string } = {}): Owned {
  const { namespace, kind = "ConfigMap", ...rest } = parts;
  const metadata = { name, uid: `uid of ${name}` };
  const live: KubeObject = { apiVersion: "v1", kind, metadata };
  const health = { status: "Current", message: "" } as const;
  return { ref: { apiVersion: "v1", kind, namespace, name }, live, health, drift: "", ...rest };
}

describe("a tree", () => {
  it("is grouped by namespace and sorted by kind and name, with what is cluster-scoped first", () => {
    const objects = [
      owned("b", { namespace: "shop" }),
      owned("a", { namespace: "shop" }),
      owned("shop", { kind: "Namespace" }),
    ];
    expect(collect((io) => printTree(io, objects, new Map()))).toEqual([
      "(cluster-scoped)",
      "└─ Namespace shop  Current",
      "shop",
      "├─ ConfigMap a     Current",
      "└─ ConfigMap b     Current",
    ]);
  });

  it("shows a few children, and counts the rest", () => {
    const pods = Array.from({ length: 7 }, (_, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      name: `p${index}`,
    }));
    const lines = collect((io) => printTree(io, [owned("a")], new Map([["uid of a", pods]])));
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe("   └─ and 2 more");
  });

  it("obeys nothing that a cluster says", () => {
    const health = { status: "Failed", message: HOSTILE } as const;
    const object = owned(HOSTILE, { namespace: HOSTILE, kind: HOSTILE, health, drift: HOSTILE });
    const text = collect((io) => printTree(io, [object], new Map())).join("\n");
    expect(text).toContain("fine");
    expect(OBEYED.filter((each) => text.includes(each))).toEqual([]);
  });
});

describe("an explanation", () => {
  const entry = { index: 4, leafHash: "a".repeat(64) };
  const reasons = [{ code: "UNSIGNED", subject: HOSTILE, message: HOSTILE, remedy: HOSTILE }];
  const explanation: Explanation = {
    state: {
      namespace: "payments",
      name: "api",
      ready: false,
      reason: "Unsigned",
      message: HOSTILE,
      suspended: false,
      outdated: false,
      deleting: false,
      waitingRequest: undefined,
      createdAt: AT,
      status: {
        attempted: { revision: "b".repeat(40), at: AT },
        refused: { revision: "b".repeat(40), stage: "verify", entry, at: AT, total: 3, reasons },
        applied: { revision: "c".repeat(40), entry: { ...entry, index: 2 }, at: AT },
      },
    },
    waitsFor: [{ gate: "payments/base", reason: HOSTILE }],
    unhealthy: [owned("x", { health: { status: "Failed", message: HOSTILE } })],
    unseen: HOSTILE,
  };

  it("obeys nothing that a cluster says", () => {
    const text = collect((io) => printExplanation(io, explanation, NOW)).join("\n");
    expect(text.match(/fine/g)).toHaveLength(6);
    expect(OBEYED.filter((each) => text.includes(each))).toEqual([]);
  });

  it("names the refused and the running revision, the entry, and how many reasons there are", () => {
    const text = collect((io) => printExplanation(io, explanation, NOW)).join("\n");
    for (const told of ["bbbbbbbbbb", "cccccccccc", "5m ago", "3 reasons", "and 2 more", "--index 4"]) {
      expect(text).toContain(told);
    }
  });

  it("repeats the condition only where no reason says the same", () => {
    const because = (state: Explanation["state"]) =>
      collect((io) => printExplanation(io, { ...explanation, state }, NOW)).some((line) =>
        line.includes("because"),
      );
    expect(because(explanation.state)).toBe(false);
    expect(because({ ...explanation.state, reason: "Unreachable" })).toBe(true);
  });

  it("is whole for a machine", () => {
    expect(toJson(explanation)).toMatchObject({
      gate: { namespace: "payments", name: "api" },
      refused: { stage: "verify", total: 3 },
      admitted: null,
      entry: { index: 4 },
      waitsFor: [{ gate: "payments/base" }],
      unhealthy: [{ name: "x", health: { status: "Failed" }, drift: null }],
    });
  });
});
