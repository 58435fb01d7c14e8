import { describe, expect, it } from "vitest";
import { admission, BUNDLE, commit, denial, NOW, UNSIGNED, verified } from "../../test/support/findings.ts";
import { sha256 } from "../digest.ts";
import { manifestsOf } from "../render/index.ts";
import { changeIdOf } from "./change.ts";
import type { Decision } from "./decision.ts";

const admitted = admission();
const denied = denial();

describe("two decisions are the same", () => {
  it.each<[string, Decision, Decision]>([
    ["at another time", admitted, { ...admitted, at: NOW + 1 }],
    ["after a longer range", admitted, { ...admitted, source: { ...admitted.source, base: "b".repeat(40) } }],
    ["with other commits in it", admitted, { ...admitted, commits: [commit, commit] }],
    ["with a warning more", admitted, { ...admitted, findings: [] }],
    ["denied at another time", denied, { ...denied, at: NOW + 1 }],
    [
      "where the advice reads otherwise",
      denied,
      { ...denied, reasons: [{ ...UNSIGNED, stage: "verify", remedy: "" }] },
    ],
    [
      "where the reason is put in other words, as by a policy that tells the time",
      denied,
      { ...denied, reasons: [{ ...UNSIGNED, stage: "verify", message: "at 12:00:01" }] },
    ],
  ])("%s", (_, one, other) => {
    expect(changeIdOf(other)).toBe(changeIdOf(one));
  });
});

describe("two decisions are not the same", () => {
  const { source, gate } = admitted;
  const other = sha256("other");

  it.each<[string, Decision, Decision]>([
    ["about another gate", admitted, { ...admitted, gate: { ...gate, name: "test" } }],
    ["in another namespace", admitted, { ...admitted, gate: { ...gate, namespace: "lending" } }],
    ["about another commit", admitted, { ...admitted, source: { ...source, head: "b".repeat(40) } }],
    ["about another branch", admitted, { ...admitted, source: { ...source, ref: "refs/heads/next" } }],
    ["about another repository", admitted, { ...admitted, source: { ...source, url: "https://b.example" } }],
    ["under another trust", admitted, { ...admitted, trust: { name: "trust", digest: other } }],
    ["under another policy", admitted, { ...admitted, policies: [{ ...BUNDLE, digest: other }] }],
    ["under one policy more", admitted, { ...admitted, policies: [BUNDLE, { name: "b", digest: other }] }],
    [
      "with another result",
      admitted,
      { ...admitted, manifests: { ...admitted.manifests, ...manifestsOf([]) } },
    ],
    ["where one is a denial", admitted, denied],
    [
      "for another reason",
      denied,
      { ...denied, reasons: [{ ...UNSIGNED, stage: "verify", code: "KEY_EXPIRED" }] },
    ],
    ["in another stage", denied, { ...denied, reasons: [{ ...UNSIGNED, stage: "fetch" }] }],
    [
      "about another subject",
      denied,
      { ...denied, reasons: [{ ...UNSIGNED, stage: "verify", subject: "x" }] },
    ],
    [
      "for one reason more",
      denied,
      denial("a", { verify: { ...verified, refusals: [UNSIGNED, UNSIGNED], verified: undefined } }),
    ],
  ])("%s", (_, one, another) => {
    expect(changeIdOf(another)).not.toBe(changeIdOf(one));
  });

  it("whose names run into each other", () => {
    const split = (namespace: string, name: string) =>
      changeIdOf(admission("a", { gate: { namespace, name } }));
    expect(split("a", "b-c")).not.toBe(split("a-b", "c"));
  });
});
