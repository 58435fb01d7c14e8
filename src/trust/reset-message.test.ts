import { describe, expect, it } from "vitest";
import {
  bindsReset,
  formatResetMessage,
  isResetName,
  type ResetBinding,
  resetTagPrefix,
} from "./reset-message.ts";

const binding: ResetBinding = {
  gate: { namespace: "payments", name: "api.prod" },
  from: "4f2c".repeat(10),
  entry: { index: 12, leafHash: "ab".repeat(32) },
};
const message = formatResetMessage("INC-1: takes it back", binding);

describe("the message of a reset", () => {
  it("binds what it was made for", () => {
    expect(message).toBe(
      `INC-1: takes it back\n\nSluice-Gate: payments/api.prod\nSluice-From: ${binding.from}\nSluice-Entry: 12 ${binding.entry.leafHash}\n`,
    );
    expect(bindsReset(message, binding)).toBe(true);
    expect(bindsReset(formatResetMessage("", binding).trimStart(), binding)).toBe(true);
  });

  it.each<[string, ResetBinding]>([
    ["another gate", { ...binding, gate: { ...binding.gate, name: "api-prod" } }],
    ["another namespace", { ...binding, gate: { ...binding.gate, namespace: "payment" } }],
    ["another commit", { ...binding, from: "4f2d".repeat(10) }],
    ["another entry", { ...binding, entry: { ...binding.entry, index: 1 } }],
    ["another log", { ...binding, entry: { ...binding.entry, leafHash: "ac".repeat(32) } }],
  ])("does not bind %s", (_, other) => {
    expect(bindsReset(message, other)).toBe(false);
    expect(bindsReset(formatResetMessage("", other), other)).toBe(true);
  });

  it("is what stands at its end, and nothing before or after it", () => {
    const other = { ...binding, from: "1".repeat(40) };
    const both = formatResetMessage(message, other);
    expect([bindsReset(both, other), bindsReset(both, binding)]).toEqual([true, false]);
    const changed = [
      `${message}\n`,
      `${message}and more\n`,
      message.trimEnd(),
      message.replace("\n\nSluice", "\nSluice"),
      message.replace("Sluice-Entry: 12", "Sluice-Entry: 012"),
      message.replace(binding.from, binding.from.toUpperCase()),
      message.replaceAll("\n", "\r\n"),
    ];
    expect(changed.map((text) => bindsReset(text, binding))).toEqual(changed.map(() => false));
  });

  it("is found by a name that git takes, whatever the gate's is", () => {
    expect(resetTagPrefix(binding)).toBe("refs/tags/sluice-reset/payments/api-prod/abababababababab/");
    const odd = { ...binding, gate: { namespace: "a..b", name: "x.lock" } };
    expect(resetTagPrefix(odd)).toBe("refs/tags/sluice-reset/a--b/x-lock/abababababababab/");
    expect(isResetName(resetTagPrefix(binding).slice("refs/tags/".length))).toBe(true);
    expect(isResetName("sluice-resets/a")).toBe(false);
  });
});
